import { migrationsBefore, TestDatabase } from '@tidewaiter/event-store/testing';
import { createDatabase } from '@tidewaiter/platform';
import { MIGRATIONS } from '../testing/log-bench.js';
import { sequenceStaged } from './sequencer.js';

describe('what was staged an event a row', () => {
  it('enters the log after the migration, and what waits goes on waiting', async () => {
    const database = await TestDatabase.create('audit', await migrationsBefore(MIGRATIONS, '013'));
    try {
      const system = database.pool('audit_system', 1);
      for (const [version, waiting] of [
        [1, false],
        [2, false],
        [4, true],
      ] as const) {
        const { rows } = await system.query<{ staged_id: string }>(
          `insert into log_entries (tenant_id, event_id, stream, version, subject, topic, partition, record_offset, leaf_hash, body)
           values ('acme', gen_random_uuid(), 'file-1', $1::int, 'shipment', 'topic', 0, $1::int, sha256('\\x00'), '{}') returning staged_id`,
          [version],
        );
        await system.query(
          `insert into log_pending (staged_id, tenant_id, stream, version, waiting) values ($1, 'acme', 'file-1', $2, $3)`,
          [rows[0]!.staged_id, version, waiting],
        );
      }
      await database.migrate(MIGRATIONS);
      expect(await createDatabase(database.pool('audit_app', 1), system).system(sequenceStaged)).toBe(2);
      const logged = await system.query('select index::int, version from log_leaves order by index');
      expect(logged.rows).toEqual([
        { index: 0, version: 1 },
        { index: 1, version: 2 },
      ]);
      expect((await system.query('select version from log_pending')).rows).toEqual([{ version: 4 }]);
    } finally {
      await database.drop();
    }
  });
});
