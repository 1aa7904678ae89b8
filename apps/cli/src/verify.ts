import type { TidewaiterClient } from '@tidewaiter/client';
import { showCheckpoint, showTile, showVerifierKey, showWitnessKeys } from '@tidewaiter/contracts';
import { eventStreams, parseVerifierKey, toHex, verifyLog as verifyFromLeaves } from '@tidewaiter/merkle';
import { ed25519Verify, nodeHasher, nodeSha256 } from '@tidewaiter/merkle/node';

export interface LogProof {
  holds: boolean;
  says: string;
  origin: string;
  /** verifier key that it was checked with */
  key: string;
  size: number;
  root: string;
  streams: number;
  /** witnesses that cosigned */
  cosigned: string[];
  seconds: number;
}

/**
 * Recomputes a tenant's log from its leaves, fetched over the public routes: every leaf, tile and the root against the
 * signed checkpoint, and every stream's versions without a gap.
 *
 * @param pinned verifier key in signed-note form that the caller trusts; without it the log's own word is taken, and said so
 * @param witnesses verifier keys of witnesses that must have cosigned; none is demanded when not given
 */
export async function verifyLog(
  client: TidewaiterClient,
  tenant: string,
  options: { pinned?: string; witnesses?: readonly string[]; progress?: (done: number, size: number) => void } = {},
): Promise<LogProof> {
  const started = performance.now();
  const keyText = options.pinned ?? (await client.call(showVerifierKey, { params: { log: tenant } })).trim();
  const named = (await client.call(showWitnessKeys, { params: { log: tenant } })).split('\n').filter(Boolean);
  const witnesses = options.witnesses?.length ? options.witnesses : named;
  const checkpoint = await client.call(showCheckpoint, { params: { log: tenant } });
  const key = parseVerifierKey(nodeSha256, keyText);
  const streams = eventStreams(tenant);
  const verdict = await verifyFromLeaves({
    hasher: nodeHasher,
    checkpoint,
    pinned: {
      origin: key.name,
      keys: [key],
      verify: ed25519Verify,
      witnesses: witnesses.map((text) => parseVerifierKey(nodeSha256, text)),
      quorum: options.witnesses?.length ?? 0,
    },
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
        key: keyText,
        size: verdict.size,
        root: toHex(verdict.root),
        streams: streams.streams.size,
        cosigned: verdict.cosigned.map(({ witness }) => witness),
        seconds,
      }
    : {
        holds: false,
        says: `${verdict.fault}${verdict.index === null ? '' : ` at leaf ${verdict.index}`}: ${verdict.says}`,
        origin: key.name,
        key: keyText,
        size: 0,
        root: '',
        streams: 0,
        cosigned: [],
        seconds,
      };
}
