import type { TidewaiterClient } from '@tidewaiter/client';
import { showCheckpoint, showTile, showVerifierKey, showWitnessKeys, type EventEnvelope } from '@tidewaiter/contracts';
import { eventStreams, parseVerifierKey, verifyLog, type LogVerdict } from '@tidewaiter/merkle';
import { ed25519Verify, nodeHasher, nodeSha256 } from '@tidewaiter/merkle/node';

/**
 * A tenant's log as an auditor takes it over the public routes: every leaf, and whether all of them lead to a root that the log
 * signed and every witness cosigned.
 */
export async function takeLog(
  client: TidewaiterClient,
  tenant: string,
): Promise<{ verdict: LogVerdict; leaves: EventEnvelope[] }> {
  const params = { log: tenant };
  const key = parseVerifierKey(nodeSha256, (await client.call(showVerifierKey, { params })).trim());
  const named = (await client.call(showWitnessKeys, { params })).split('\n').filter((line) => line !== '');
  const witnesses = named.map((line) => parseVerifierKey(nodeSha256, line));
  const streams = eventStreams(tenant);
  const leaves: EventEnvelope[] = [];
  const verdict = await verifyLog({
    hasher: nodeHasher,
    checkpoint: await client.call(showCheckpoint, { params }),
    pinned: { origin: key.name, keys: [key], verify: ed25519Verify, witnesses, quorum: Math.max(1, witnesses.length) },
    fetch: (path) => client.bytes(showTile, { log: tenant, path: path.replace(/^tile\//, '') }),
    entryCheck: (entry, index) => {
      leaves.push(JSON.parse(Buffer.from(entry).toString('utf8')) as EventEnvelope);
      return streams.check(entry, index);
    },
  });
  return { verdict, leaves };
}
