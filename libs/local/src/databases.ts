import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inDatabase } from './settings.js';

/** Creates databases that are missing. @param url an administrator's, in any database */
export async function createDatabases(url: string, names: readonly string[]): Promise<void> {
  await asAdministrator(url, async (client) => {
    for (const name of names) {
      const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
      if (!rowCount)
        await client.query(`create database ${pg.escapeIdentifier(name)} template template0 encoding 'UTF8'`);
    }
  });
}

/**
 * An empty database of a test's own.
 *
 * @param url an administrator's, in any database: TEST_DATABASE_URL
 * @returns its URL as the same user; `drop` also ends whoever is still connected
 */
export async function freshDatabase(url: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `fresh_${randomBytes(6).toString('hex')}`;
  await asAdministrator(url, (client) => client.query(`create database ${name} template template0 strategy file_copy`));
  return {
    url: inDatabase(url, name),
    drop: () =>
      asAdministrator(url, async (client) => void (await client.query(`drop database if exists ${name} with (force)`))),
  };
}

async function asAdministrator<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
