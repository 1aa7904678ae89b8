import type { Tx } from '@tidewaiter/event-store';
import { TidewaiterError } from '@tidewaiter/kernel';
import { makeConsistency, rootFromTiles } from '@tidewaiter/merkle';
import { raise, type Alarm } from './alarms.js';
import { nodeHasher as hasher } from '@tidewaiter/merkle/node';
import type { Cosigner } from './cosigner.js';
import type { CheckpointSigner, Prove } from './signer.js';
import { LogDamaged, treeOf } from './tile-store.js';

export interface Published {
  tenant: string;
  size: number;
}

/** Who speaks for a log: its signer, and the witnesses, where there are any. */
export interface Voices {
  signer: CheckpointSigner;
  cosigner: Cosigner | null;
}

/**
 * Step four: signs the head of every log that grew, has it cosigned, and keeps the note. A log whose head is refused stands still
 * with an alarm; the others go on. Call it after `Lease.fence`.
 *
 * @param only names the logs whose turn it is; all of them without it
 */
export async function publishGrown(tx: Tx, voices: Voices, only?: (tenant: string) => boolean): Promise<Published[]> {
  const { rows } = await tx.query<{ tenant_id: string; integrated: string; published: string }>(
    'select tenant_id, integrated, published from log_progress where published < integrated order by tenant_id',
  );
  const published: Published[] = [];
  for (const row of rows) {
    if (only && !only(row.tenant_id)) continue;
    const size = Number(row.integrated);
    if (await publish(tx, voices, row.tenant_id, size, Number(row.published)))
      published.push({ tenant: row.tenant_id, size });
  }
  return published;
}

async function publish(
  tx: Tx,
  { signer, cosigner }: Voices,
  tenant: string,
  size: number,
  before: number,
): Promise<boolean> {
  const nodes = treeOf(tx, tenant, size);
  try {
    const root = await rootFromTiles(hasher, size, nodes);
    const prove: Prove = (older) => makeConsistency(hasher, older, size, nodes);
    const signed = await signer.sign(tenant, { size, root, published: before }, prove);
    const log = await signer.verifierOf(tenant);
    const { note, silent } = (await cosigner?.cosign({ log, size, note: signed, prove })) ?? {
      note: signed,
      silent: [],
    };
    await raise(
      tx,
      silent.map(({ witness, why }) => silence(tenant, witness, why)),
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
    const says = `No checkpoint is published: ${(error as Error).message}.`;
    await raise(tx, [{ tenant, code, fingerprint: `published ${before}`, says, facts: { size, published: before } }]);
    return false;
  }
}

/** One alarm a day for a witness that does not answer: checkpoints go on without its cosignature. */
const silence = (tenant: string, witness: string, why: string): Alarm => ({
  tenant,
  code: 'audit.witness.silent',
  fingerprint: `${witness} ${new Date().toISOString().slice(0, 10)}`,
  says: `Checkpoints are published without the cosignature of ${witness}: ${why.slice(0, 200)}.`,
  facts: { witness },
});
