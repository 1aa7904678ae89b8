import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import type { TidewaiterClient } from '@tidewaiter/client';
import { showCheckpoint, showTile, showVerifierKey } from '@tidewaiter/contracts';
import {
  eventStreams,
  parseVerifierKey,
  sha256 as plainSha256,
  toHex,
  treeHasher,
  verifyLog as verifyFromLeaves,
  type Ed25519Verify,
} from '@tidewaiter/merkle';

export interface LogProof {
  holds: boolean;
  says: string;
  origin: string;
  size: number;
  root: string;
  streams: number;
  seconds: number;
}

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

const ed25519: Ed25519Verify = (publicKey, message, signature) => {
  const key = createPublicKey({ key: Buffer.concat([SPKI_ED25519, publicKey]), format: 'der', type: 'spki' });
  return verifySignature(null, message, key, signature);
};

/**
 * Recomputes a tenant's log from its leaves, fetched over the public routes: every leaf, tile and the root against the
 * signed checkpoint, and every stream's versions without a gap.
 *
 * @param pinned verifier key in signed-note form that the caller trusts; without it the log's own word is taken, and said so
 */
export async function verifyLog(
  client: TidewaiterClient,
  tenant: string,
  options: { pinned?: string; progress?: (done: number, size: number) => void } = {},
): Promise<LogProof> {
  const started = performance.now();
  const keyText = options.pinned ?? (await client.call(showVerifierKey, { params: { log: tenant } })).trim();
  const checkpoint = await client.call(showCheckpoint, { params: { log: tenant } });
  const key = parseVerifierKey(sha256, keyText);
  const streams = eventStreams(tenant);
  const verdict = await verifyFromLeaves({
    hasher: treeHasher(sha256 ?? plainSha256),
    checkpoint,
    pinned: { origin: key.name, keys: [key], verify: ed25519 },
    fetch: (path) => client.bytes(showTile, { log: tenant, path: path.replace(/^tile\//, '') }),
    entryCheck: streams.check,
    ...(options.progress ? { progress: options.progress } : {}),
  });
  const seconds = (performance.now() - started) / 1000;
  return verdict.ok
    ? {
        holds: true,
        says: 'every leaf leads to the signed root',
        origin: verdict.origin,
        size: verdict.size,
        root: toHex(verdict.root),
        streams: streams.streams.size,
        seconds,
      }
    : {
        holds: false,
        says: `${verdict.fault}${verdict.index === null ? '' : ` at leaf ${verdict.index}`}: ${verdict.says}`,
        origin: key.name,
        size: 0,
        root: '',
        streams: 0,
        seconds,
      };
}
