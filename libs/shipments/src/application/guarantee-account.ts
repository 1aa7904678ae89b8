import type { Wrote } from '@tidewaiter/contracts';
import type { By, EventStore, Tx } from '@tidewaiter/event-store';
import { NotFound } from '@tidewaiter/kernel';
import { guarantee, type Guarantee, type GuaranteeCommand } from '../domain/guarantee.js';
import { lockStream } from '../postgres/claims.js';
import type { Known } from './known.js';

/** Events after which a guarantee's account goes on with a new sheet: what a reservation has to read stays bounded. */
export const SHEET_LENGTH = 200;

/** The stream of one sheet of a guarantee's account. */
export const sheetOf = (guaranteeId: string, sheet: number): string =>
  sheet === 1 ? `guarantee-${guaranteeId}` : `guarantee-${guaranteeId}-${sheet}`;

/** A guarantee as its read model holds it, which is never behind its events. @throws NotFound `shipments.guarantee.unknown` */
export async function guaranteeNow(tx: Tx, guaranteeId: string): Promise<{ state: Known<Guarantee>; version: number }> {
  const { rows } = await tx.query<{ state: Known<Guarantee>; version: number }>(
    `select state, version from guarantees where tenant_id = $1 and id = $2`,
    [tx.tenant, guaranteeId],
  );
  if (!rows[0]) throw new NotFound('shipments.guarantee.unknown', 'no such guarantee');
  return rows[0];
}

/**
 * Writes to the open sheet of a guarantee's account, one at a time; a full one is carried forward first.
 *
 * @returns the guarantee after it, and the sheet's version, also when nothing new was recorded
 * @throws Refused what the decider refuses
 */
export async function onAccount(
  store: EventStore,
  tx: Tx,
  guaranteeId: string,
  command: Extract<GuaranteeCommand, { shipmentId: string } | { type: 'ChangeLimit' }>,
  by: By,
): Promise<{ state: Known<Guarantee>; wrote: Wrote }> {
  await lockStream(tx, `guarantee-${guaranteeId}`);
  const now = await guaranteeNow(tx, guaranteeId);
  let stream = sheetOf(guaranteeId, now.state.sheet);
  if (now.version >= SHEET_LENGTH) {
    stream = sheetOf(guaranteeId, now.state.sheet + 1);
    const opening = { ...by, subject: guaranteeId, commandId: `${by.commandId}/sheet` };
    await store.execute(guarantee, stream, { type: 'CarryForward', from: now.state }, opening, { tx });
  }
  const done = await store.execute(guarantee, stream, command, by, { tx, fingerprint: command });
  return { state: done.state as Known<Guarantee>, wrote: { [stream]: done.version } };
}
