import { parseArgs } from 'node:util';
import { readFile } from 'node:fs/promises';
import { folds, readLeaf, replay, WHOLE } from '@tidewaiter/audit/domain';
import {
  EvidenceRefused,
  verifyEvidence,
  type Checked,
  type Evidence,
  type EvidenceVerdict,
} from '@tidewaiter/evidence';
import { canonicalJson } from '@tidewaiter/kernel';
import { fromUtf8 } from '@tidewaiter/merkle';
import { ed25519Verify, nodeHasher } from '@tidewaiter/merkle/node';

const USAGE = `Checks an evidence file. Needs nothing but Node: no network, no installation.

  node verify.mjs FILE [--key KEY] [--witness KEY]... [--quorum N] [--json]

  --key      verifier key of the log that you trust, in signed-note form; without it the key in the file is taken, and said so
  --witness  verifier key of a witness that must have cosigned; may be given several times
  --quorum   how many of the witnesses must have cosigned; all that are named when not given

Exit code: 0 all holds, 2 the command is wrong, 7 something does not hold.`;

const EXIT = { holds: 0, usage: 2, fails: 7 } as const;

interface Out {
  out: (text: string) => void;
  error: (text: string) => void;
}

/** Folds the events again with the functions that the services use; what the file says of the states must be the same bytes. */
export function replayed({ events, files }: Evidence): Checked[] {
  const states = files.get('states.json');
  if (!states) return [];
  const leaves = events.map(({ index, bytes }) => readLeaf(index, bytes));
  const folded = replay(leaves, WHOLE, folds);
  if (canonicalJson(folded.states) !== fromUtf8(states)) {
    throw new EvidenceRefused(
      'replay-differs',
      'states.json',
      'the events do not lead to these states: they were changed, or written by another release than this verifier',
    );
  }
  return [
    {
      what: 'replay',
      says: `${Object.keys(folded.states).length} streams folded again lead to the same states, byte for byte`,
    },
  ];
}

/** One command line. @returns the exit code */
export async function main(argv: readonly string[], { out, error }: Out): Promise<number> {
  const asked = readArguments(argv);
  if (typeof asked === 'string') {
    error(asked);
    return EXIT.usage;
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(asked.file);
  } catch (cause) {
    error(`${asked.file} cannot be read: ${(cause as Error).message}`);
    return EXIT.usage;
  }
  const verdict = await verifyEvidence({
    bytes,
    hasher: nodeHasher,
    verify: ed25519Verify,
    pinned: { log: asked.key, witnesses: asked.witnesses, quorum: asked.quorum },
    further: replayed,
  });
  if (asked.json) out(JSON.stringify(summaryOf(verdict)));
  else for (const line of linesOf(verdict)) out(line);
  return verdict.holds ? EXIT.holds : EXIT.fails;
}

interface Asked {
  file: string;
  key: string | undefined;
  witnesses: string[] | undefined;
  quorum: number | undefined;
  json: boolean;
}

function readArguments(argv: readonly string[]): Asked | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        witness: { type: 'string', multiple: true },
        quorum: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help || positionals.length !== 1) return USAGE;
    if (values.quorum !== undefined && !/^\d{1,2}$/.test(values.quorum)) return `--quorum is a number\n\n${USAGE}`;
    return {
      file: positionals[0]!,
      key: values.key,
      witnesses: values.witness,
      quorum: values.quorum === undefined ? undefined : Number(values.quorum),
      json: values.json,
    };
  } catch (cause) {
    return `${(cause as Error).message}\n\n${USAGE}`;
  }
}

const linesOf = (verdict: EvidenceVerdict): string[] => [
  ...verdict.checked.map(({ what, says }) => `ok  ${what.padEnd(11)} ${says}`),
  verdict.holds ? 'HOLDS' : `FAILS ${verdict.place}: ${verdict.says} (${verdict.fault})`,
];

const summaryOf = (verdict: EvidenceVerdict): unknown =>
  verdict.holds ? { holds: true, checked: verdict.checked, shipment: verdict.evidence.manifest.shipment } : verdict;
