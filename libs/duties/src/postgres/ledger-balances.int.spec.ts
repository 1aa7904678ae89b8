import { migrationsBefore, TestDatabase } from '@tidewaiter/event-store/testing';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);

describe('balances of a ledger', () => {
  it('are made of the entries that were there before, of every tenant', async () => {
    const database = await TestDatabase.create('duties', await migrationsBefore(MIGRATIONS, '050'));
    try {
      const system = database.pool('duties_system', 1);
      for (const tenant of ['acme', 'globex']) {
        for (const [ordinal, [account, side]] of [
          ['assessed:GB', 'debit'],
          ['payable:GB', 'credit'],
        ].entries()) {
          await system.query(
            `insert into ledger_entries (tenant_id, shipment_id, event_id, ordinal, posting, at, account, side, amount, currency, legal_basis, tax_type, says)
             values ($1, gen_random_uuid(), '0192aaaa-0000-7000-8000-000000000001', $2, 'assessed', '2026-11-24T23:59:00Z', $3, $4, 87.03, 'GBP', 'tariff', 'A00', 'duty')`,
            [tenant, ordinal, account, side],
          );
        }
      }
      await database.migrate(MIGRATIONS);
      const { rows } = await system.query(
        `select tenant_id, authority, account, day::text, debit, credit from ledger_days join ledger_balances using (tenant_id, authority, account, debit, credit)
         order by tenant_id, account`,
      );
      expect(rows).toEqual(
        ['acme', 'globex'].flatMap((tenant_id) => [
          { tenant_id, authority: 'GB', account: 'assessed:GB', day: '2026-11-24', debit: '87.03', credit: '0' },
          { tenant_id, authority: 'GB', account: 'payable:GB', day: '2026-11-24', debit: '0', credit: '87.03' },
        ]),
      );
    } finally {
      await database.drop();
    }
  });
});
