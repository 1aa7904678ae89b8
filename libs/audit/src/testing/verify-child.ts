import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  eventStreams,
  parseCheckpoint,
  parseVerifierKey,
  readBundle,
  TILE_WIDTH,
  tilePath,
  verifyLog,
} from '@tidewaiter/merkle';
import { ed25519Verify, nodeHasher, nodeSha256 } from '@tidewaiter/merkle/node';

/** The verifier in a process of its own, over a log in files; its memory is what the process has at its largest. */
const folder = process.argv[2]!;
const checkpoint = readFileSync(join(folder, 'checkpoint'), 'utf8');
const key = parseVerifierKey(nodeSha256, readFileSync(join(folder, 'vkey'), 'utf8'));
const { size } = parseCheckpoint(checkpoint);
const fetch = (path: string): Promise<Uint8Array> => readFile(join(folder, path));

async function plain(): Promise<number> {
  const began = performance.now();
  for (let first = 0; first < size; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, size - first);
    const bundle = readBundle(await fetch(tilePath({ level: 'entries', index: first / TILE_WIDTH, width })), width);
    for (const entry of bundle) nodeSha256(entry);
  }
  return (size * 1000) / (performance.now() - began);
}

async function verify(events: boolean): Promise<number> {
  const began = performance.now();
  const verdict = await verifyLog({
    hasher: nodeHasher,
    checkpoint,
    pinned: { origin: key.name, keys: [key], verify: ed25519Verify },
    fetch,
    ...(events ? { entryCheck: eventStreams('acme').check } : {}),
  });
  if (!verdict.ok) throw new Error(verdict.says);
  return (size * 1000) / (performance.now() - began);
}

// Once before, so that both run compiled and from the same cache of files.
await plain();
const rates = { plain: await plain(), verify: await verify(false), events: await verify(true) };
process.stdout.write(JSON.stringify({ ...rates, residentMb: process.resourceUsage().maxRSS / 1024 }));
