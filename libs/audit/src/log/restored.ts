import type { Tx } from '@tidewaiter/event-store';
import { rootFromTiles, sameBytes } from '@tidewaiter/merkle';
import { nodeHasher as hasher } from '@tidewaiter/merkle/node';
import { raise, type Alarm } from './alarms.js';
import type { CheckpointSigner } from './signer.js';
import { LogDamaged, treeOf } from './tile-store.js';

/**
 * Compares what the database has with what was signed of it, before the first step of a process: a copy that was restored is
 * found at the start, not when the log grows past what was signed. The signer itself refuses to go on.
 */
export async function compareHeads(tx: Tx, signer: CheckpointSigner): Promise<void> {
  const heads = await signer.signed();
  const { rows } = await tx.query<{ tenant_id: string; integrated: string }>(
    'select tenant_id, integrated from log_progress where tenant_id = any($1)',
    [heads.map(({ log }) => log)],
  );
  const integrated = new Map(rows.map((row) => [row.tenant_id, Number(row.integrated)]));
  const alarms: Alarm[] = [];
  for (const { log, last } of heads) {
    const size = integrated.get(log) ?? 0;
    const facts = { size, signed: last.size };
    const fingerprint = `start ${size}/${last.size}`;
    if (size < last.size) {
      const says = `A checkpoint over ${last.size} leaves was signed, the database has ${size}: it was restored from an older copy. Nothing is signed until it is back.`;
      alarms.push({ tenant: log, code: 'audit.signer.smaller-tree', fingerprint, says, facts });
    } else if (!(await leadsTo(tx, log, last))) {
      const says = `The first ${last.size} leaves are not those that were signed. Nothing more is signed.`;
      alarms.push({ tenant: log, code: 'audit.signer.forked-tree', fingerprint, says, facts });
    }
  }
  await raise(tx, alarms);
}

async function leadsTo(tx: Tx, log: string, last: { size: number; root: Uint8Array }): Promise<boolean> {
  try {
    return sameBytes(await rootFromTiles(hasher, last.size, treeOf(tx, log, last.size)), last.root);
  } catch (error) {
    if (error instanceof LogDamaged) return false;
    throw error;
  }
}
