import { createHash, createPublicKey, verify } from 'node:crypto';
import type { TidewaiterClient } from '@tidewaiter/client';
import { showCheckpoint, showTile, showVerifierKey, type EventEnvelope } from '@tidewaiter/contracts';
import { eventStreams, parseVerifierKey, treeHasher, verifyLog, type LogVerdict } from '@tidewaiter/merkle';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

/** A tenant's log as an auditor takes it over the public routes: every leaf, and whether all of them lead to the signed root. */
export async function takeLog(
  client: TidewaiterClient,
  tenant: string,
): Promise<{ verdict: LogVerdict; leaves: EventEnvelope[] }> {
  const key = parseVerifierKey(sha256, (await client.call(showVerifierKey, { params: { log: tenant } })).trim());
  const streams = eventStreams(tenant);
  const leaves: EventEnvelope[] = [];
  const verdict = await verifyLog({
    hasher: treeHasher(sha256),
    checkpoint: await client.call(showCheckpoint, { params: { log: tenant } }),
    pinned: {
      origin: key.name,
      keys: [key],
      verify: (publicKey, message, signature) => {
        const der = Buffer.concat([SPKI_ED25519, publicKey]);
        return verify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature);
      },
    },
    fetch: (path) => client.bytes(showTile, { log: tenant, path: path.replace(/^tile\//, '') }),
    entryCheck: (entry, index) => {
      leaves.push(JSON.parse(Buffer.from(entry).toString('utf8')) as EventEnvelope);
      return streams.check(entry, index);
    },
  });
  return { verdict, leaves };
}
