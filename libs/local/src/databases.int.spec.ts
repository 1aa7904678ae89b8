import pg from 'pg';
import { createDatabases, freshDatabase } from './databases.js';

const server = process.env['TEST_DATABASE_URL'];
if (!server) throw new Error('TEST_DATABASE_URL is not set: start the servers (npm test does) and name them');

const rows = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

describe('databases on a real server', () => {
  it('are fresh for each test, and gone after it even when somebody is still connected', async () => {
    const { url, drop } = await freshDatabase(server);
    expect(await rows(url, "select * from pg_tables where schemaname = 'public'")).toEqual([]);
    const lingering = new pg.Client({ connectionString: url });
    lingering.on('error', () => undefined);
    await lingering.connect();
    await drop();
    await expect(rows(url, 'select 1')).rejects.toThrow('does not exist');
  });

  it('are created once', async () => {
    const name = `created_${process.pid}`;
    await createDatabases(server, [name]);
    await createDatabases(server, [name]);
    await rows(server, `drop database ${name}`);
  });
});
