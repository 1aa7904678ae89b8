import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeXml } from '@tidewaiter/xml';
import { buildDeclaration, declarationNode } from '../authorities/cds/build.js';
import { validateDeclaration } from '../authorities/cds/validate.js';
import { readProfiles } from '../authorities/profile.js';
import { contentOf, type DeclarationContent } from '../domain/content.js';
import { aLodging } from './lodging.js';

export interface BuildingFigures {
  lines: number;
  /** microseconds, the best of the rounds */
  buildAndValidateUs: number;
  writeAloneUs: number;
}

const LINES = 100;
const ROUNDS = 7;
const ROUND_MS = 200;
const REFERENCES = { lrn: 'TW-ABCDEFGHIJKLMNOPQR', ducr: '6GB123456789012-NWR-2026-0007' };

/** A declaration of so many lines, each with a proof of origin and a document of its own. */
function contentOfLines(count: number): DeclarationContent {
  const content = contentOf(aLodging(), 'EORI');
  const [line] = content.lines;
  return {
    ...content,
    lines: Array.from({ length: count }, (_, index) => ({
      ...line!,
      number: index + 1,
      description: `smartphones, model ${index + 1}`,
      preference: { code: '300', proof: { document: 'U116', reference: `STATEMENT-${index + 1}` } },
      documents: [{ code: 'Y900', reference: `CERT-${index + 1}`, status: 'AC' }],
    })),
  };
}

/** The two take turns, so that a busy machine slows both. */
function bestOf(works: Record<'built' | 'written', () => unknown>): Record<'built' | 'written', number> {
  const best = { built: Infinity, written: Infinity };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of ['written', 'built'] as const) {
      const begun = performance.now();
      let calls = 0;
      let ms = 0;
      for (; ms < ROUND_MS; calls += 1, ms = performance.now() - begun) works[name]();
      best[name] = Math.min(best[name], (ms * 1000) / calls);
    }
  }
  return best;
}

/** The built program: a loader that wraps every function to keep its name would be measured instead. */
const ALONE = fileURLToPath(new URL('../../dist/testing/building-alone.js', import.meta.url));

/** Building and validating a declaration, in a process that does this alone. */
export async function benchBuilding(): Promise<BuildingFigures> {
  const { stdout } = await promisify(execFile)(process.execPath, [ALONE]);
  return JSON.parse(stdout) as BuildingFigures;
}

/** Against writing the very same tree with the XML library alone. */
export function measureBuilding(): BuildingFigures {
  const [profile] = readProfiles();
  const content = contentOfLines(LINES);
  const node = declarationNode(content, REFERENCES, profile!);
  const built = buildDeclaration(content, REFERENCES, profile!);
  if (!built.bytes.equals(writeXml(node))) throw new Error('what is compared is not the same XML');
  const problems = validateDeclaration(built, profile!);
  if (problems.length > 0) throw new Error(`the declaration is refused: ${JSON.stringify(problems[0])}`);
  const times = bestOf({
    written: () => writeXml(node),
    built: () => validateDeclaration(buildDeclaration(content, REFERENCES, profile!), profile!),
  });
  return { lines: LINES, buildAndValidateUs: times.built, writeAloneUs: times.written };
}
