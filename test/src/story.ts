import { z } from 'zod';
import type { Said } from './house.js';

const line = z.looseObject({ file: z.string() });
const verdict = z.object({
  file: z.string(),
  reference: z.string(),
  shipmentId: z.string(),
  passed: z.boolean(),
  checks: z.array(z.object({ says: z.string(), holds: z.boolean() })),
  seconds: z.number(),
});

/** How a story ended. */
export interface Told {
  reference: string;
  shipmentId: string;
  seconds: number;
  /** what did not hold, with the story; empty when all of it held */
  failed: string[];
}

/** Reads what `tidewaiter --json scenario run` printed of one file. */
export function told({ code, stdout, stderr }: Said, file: string): Told {
  const lines = stdout.split('\n').filter((text) => text !== '' && line.parse(JSON.parse(text)).file === file);
  const parsed = verdict.safeParse(JSON.parse(lines.at(-1) ?? 'null'));
  if (!parsed.success) {
    return { reference: '', shipmentId: '', seconds: 0, failed: [`no verdict, code ${code}: ${stderr}`, ...lines] };
  }
  const { passed, checks, reference, shipmentId, seconds } = parsed.data;
  const broken = checks.filter(({ holds }) => !holds).map(({ says }) => says);
  return { reference, shipmentId, seconds, failed: passed ? [] : [...broken, ...lines] };
}
