import type { Tx } from '@tidewaiter/event-store';
import { alarms as alarmsTotal } from '@tidewaiter/platform';

/** Something an auditor must look at; `fingerprint` makes the same trouble one row, however often it comes again. */
export interface Alarm {
  tenant: string;
  code: string;
  fingerprint: string;
  /** one sentence, what is wrong and what was done about it */
  says: string;
  facts: Record<string, string | number>;
  /** bytes that could not enter the log, kept for inspection */
  body?: Buffer;
}

export async function raise(tx: Tx, alarms: readonly Alarm[]): Promise<void> {
  for (const { tenant, code, fingerprint, says, facts, body } of alarms) {
    const { rowCount } = await tx.query(
      `insert into log_alarms (tenant_id, code, fingerprint, says, facts, body) values ($1, $2, $3, $4, $5, $6)
       on conflict (tenant_id, code, fingerprint) do nothing`,
      [tenant, code, fingerprint, says, JSON.stringify(facts), body ?? null],
    );
    if (rowCount) alarmsTotal.labels(code).inc();
  }
}
