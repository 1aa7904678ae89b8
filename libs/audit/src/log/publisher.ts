import type { Tx } from '@tidewaiter/event-store';
import { TidewaiterError } from '@tidewaiter/kernel';
import { makeConsistency, rootFromTiles } from '@tidewaiter/merkle';
import { raise } from './alarms.js';
import { hasher } from './hashing.js';
import type { CheckpointSigner } from './signer.js';
import { LogDamaged, treeOf } from './tile-store.js';

export interface Published {
  tenant: string;
  size: number;
}

/**
 * Step four: signs the head of every log that grew, and keeps the note. A log whose head the signer refuses stands still
 * with an alarm; the others go on. Call it after `Lease.fence`.
 *
 * @param only names the logs whose turn it is; all of them without it
 */
export async function publishGrown(
  tx: Tx,
  signer: CheckpointSigner,
  only?: (tenant: string) => boolean,
): Promise<Published[]> {
  const { rows } = await tx.query<{ tenant_id: string; integrated: string; published: string }>(
    'select tenant_id, integrated, published from log_progress where published < integrated order by tenant_id',
  );
  const published: Published[] = [];
  for (const row of rows) {
    if (only && !only(row.tenant_id)) continue;
    const size = Number(row.integrated);
    if (await publish(tx, signer, row.tenant_id, size, Number(row.published)))
      published.push({ tenant: row.tenant_id, size });
  }
  return published;
}

async function publish(
  tx: Tx,
  signer: CheckpointSigner,
  tenant: string,
  size: number,
  before: number,
): Promise<boolean> {
  const nodes = treeOf(tx, tenant, size);
  try {
    const root = await rootFromTiles(hasher, size, nodes);
    const note = await signer.sign(tenant, { size, root, published: before }, (older) =>
      makeConsistency(hasher, older, size, nodes),
    );
    await tx.query('insert into log_checkpoints (tenant_id, size, root, note) values ($1, $2, $3, $4)', [
      tenant,
      size,
      Buffer.from(root),
      note,
    ]);
    await tx.query('update log_progress set published = $2 where tenant_id = $1', [tenant, size]);
    return true;
  } catch (error) {
    const code =
      error instanceof LogDamaged ? 'audit.log.damaged' : error instanceof TidewaiterError ? error.code : null;
    if (code === null) throw error;
    const says = `No checkpoint is signed: ${(error as Error).message}.`;
    await raise(tx, [{ tenant, code, fingerprint: `published ${before}`, says, facts: { size, published: before } }]);
    return false;
  }
}
