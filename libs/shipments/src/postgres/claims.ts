import type { Tx } from '@tidewaiter/event-store';

export type ClaimKind = 'reference' | 'engagement' | 'importer-code' | 'guarantee';

/**
 * Claims what only one may hold, within the transaction that opens the holder. A race waits here for the other's commit.
 *
 * @returns whether it is held by `holder` now: newly, or since an earlier attempt of the same command
 */
export async function claim(tx: Tx, kind: ClaimKind, key: string, holder: string): Promise<boolean> {
  const taken = await tx.query(
    `insert into claims (tenant_id, kind, key, holder) values ($1, $2, $3, $4) on conflict do nothing`,
    [tx.tenant, kind, key, holder],
  );
  return taken.rowCount === 1 || (await holderOf(tx, kind, key)) === holder;
}

export async function holderOf(tx: Tx, kind: ClaimKind, key: string): Promise<string | undefined> {
  const found = await tx.query<{ holder: string }>(
    `select holder from claims where tenant_id = $1 and kind = $2 and key = $3`,
    [tx.tenant, kind, key],
  );
  return found.rows[0]?.holder;
}

/** One at a time for a stream that many write at once: cheaper than deciding again after each conflict. */
export const lockStream = (tx: Tx, stream: string): Promise<unknown> =>
  tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`${tx.tenant}/${stream}`]);

/** One guarantee for an importer in a destination. */
export const guaranteeKey = (importerId: string, destination: string): string => `${importerId}/${destination}`;

/** The security of one shipment alone, before its importer's guarantee. */
export const securityKey = (shipmentId: string): string => `shipment/${shipmentId}`;
