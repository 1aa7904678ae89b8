import type { Tx } from '@tidewaiter/event-store';
import { usEntryCheck } from '@tidewaiter/kernel';

/** Entry numbers of the United States: filer code, a serial that is never given twice, check digit. */
export const entries = {
  async of(tx: Tx, declarationId: string): Promise<string | null> {
    const { rows } = await tx.query<{ entry_number: string }>(
      'select entry_number from entry_numbers where tenant_id = $1 and declaration_id = $2',
      [tx.tenant, declarationId],
    );
    return rows[0]?.entry_number ?? null;
  },

  /** The number of a filing, drawn at the first call. */
  async draw(tx: Tx, declarationId: string, filer: string): Promise<string> {
    const known = await entries.of(tx, declarationId);
    if (known) return known;
    const { rows } = await tx.query<{ serial: string }>(
      `select lpad(nextval('entry_serials')::text, 7, '0') as serial`,
    );
    const body = `${filer}${rows[0]!.serial}`;
    const drawn = body + usEntryCheck(body);
    await tx.query(
      'insert into entry_numbers (tenant_id, declaration_id, entry_number) values ($1, $2, $3) on conflict do nothing',
      [tx.tenant, declarationId, drawn],
    );
    // Another worker may have drawn for the same filing at the same moment: the one that is stored holds.
    return (await entries.of(tx, declarationId)) ?? drawn;
  },
};
