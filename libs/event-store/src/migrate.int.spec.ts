import { jest } from '@jest/globals';
import { migrateKeys } from './migrate.js';
import { TestDatabase } from './testing/servers.js';

const migrations = new URL('./testing/migrations/', import.meta.url);

jest.setTimeout(60_000);

describe('migrating a context', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await TestDatabase.create('shipments');
  });
  afterAll(() => database.drop());

  it('runs again, and by several at once, without a second effect', async () => {
    await Promise.all([
      database.migrate(migrations),
      database.migrate(migrations),
      migrateKeys(database.url()),
      migrateKeys(database.url()),
    ]);
    await database.migrate(migrations);

    const admin = database.pool(undefined, 1);
    const { rows } = await admin.query<{ name: string }>('select name from shipments.migrations');
    expect(rows).toEqual([{ name: '001-suspensions' }]);
  });

  it('gives the tables to a role that cannot log in, and the work to two that own nothing', async () => {
    const admin = database.pool(undefined, 1);
    const { rows } = await admin.query(
      `select rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole,
         (select count(*)::int from pg_class c where c.relowner = r.oid and c.relkind = 'r') as owns
       from pg_roles r where rolname like 'shipments\\_%' order by 1`,
    );
    const fenced = { rolsuper: false, rolbypassrls: false, rolcreaterole: false };
    expect(rows).toEqual([
      { rolname: 'shipments_app', rolcanlogin: true, owns: 0, ...fenced },
      { rolname: 'shipments_owner', rolcanlogin: false, owns: expect.any(Number), ...fenced },
      { rolname: 'shipments_system', rolcanlogin: true, owns: 0, ...fenced },
    ]);
  });

  it('says which folder could not be applied', async () => {
    const broken = new URL('./testing/broken-migrations/', import.meta.url);
    await expect(database.migrate(broken)).rejects.toThrow(/broken-migrations.* schema shipments/);
  });
});
