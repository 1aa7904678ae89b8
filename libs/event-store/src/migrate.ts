import { fileURLToPath } from 'node:url';
import type { ContextName } from '@tidewaiter/contracts';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

const STORE = fileURLToPath(new URL('../migrations/', import.meta.url));
const KEYS = fileURLToPath(new URL('../migrations-keys/', import.meta.url));
const KEYS_ROLE = 'tidewaiter_keys';
/** One migration at a time in a database, whoever starts it. */
const LOCK = 'tidewaiter migrations';

export interface MigrateContextOptions {
  /** address as the app role: its password becomes the role's */
  appUrl: string;
  /** address as the system role */
  systemUrl: string;
  /** the context's own migrations, SQL files in the order of their numbers */
  dir?: URL;
}

/**
 * Brings a context's schema to the newest shape: roles, schema, the store's tables, then the context's own.
 * May run again, and by several processes at once: they queue.
 *
 * @param adminUrl a role that may create roles and schemas
 */
export async function migrateContext(
  adminUrl: string,
  context: ContextName,
  options: MigrateContextOptions,
): Promise<void> {
  const owner = `${context}_owner`;
  await asAdmin(adminUrl, async (client) => {
    await settled(() => ensureOwner(client, owner));
    await settled(() => ensureRole(client, KEYS_ROLE));
    await settled(() => ensureLogin(client, `${context}_app`, options.appUrl, context));
    await settled(() => ensureLogin(client, `${context}_system`, options.systemUrl, context));
    await ensureSchema(client, context, owner);
    await client.query(
      `grant usage on schema ${name(context)} to ${name(`${context}_app`)}, ${name(`${context}_system`)}`,
    );
    await asOwner(client, owner, async () => {
      await apply(client, context, STORE, 'store_migrations');
      if (options.dir) await apply(client, context, fileURLToPath(options.dir), 'migrations');
    });
  });
}

/** Brings the shared schema `keys` to the newest shape. May run again, and by several processes at once. */
export async function migrateKeys(adminUrl: string): Promise<void> {
  await asAdmin(adminUrl, async (client) => {
    await settled(() => ensureOwner(client, 'keys_owner'));
    await settled(() => ensureRole(client, KEYS_ROLE));
    await ensureSchema(client, 'keys', 'keys_owner');
    await asOwner(client, 'keys_owner', () => apply(client, 'keys', KEYS, 'store_migrations'));
  });
}

async function asAdmin(adminUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [LOCK]);
    await work(client);
  } finally {
    await client.end();
  }
}

async function asOwner(client: pg.Client, owner: string, work: () => Promise<void>): Promise<void> {
  await client.query(`set role ${name(owner)}`);
  try {
    await work();
  } finally {
    await client.query('reset role; reset search_path');
  }
}

async function apply(client: pg.Client, schema: string, dir: string, migrationsTable: string): Promise<void> {
  const said: string[] = [];
  await client.query(`set search_path to ${name(schema)}`);
  try {
    await runner({
      dbClient: client,
      dir,
      schema,
      migrationsTable,
      direction: 'up',
      singleTransaction: true,
      noLock: true,
      log: (line) => void said.push(line),
    });
  } catch (error) {
    throw new Error(`the migrations in ${dir} cannot be applied to schema ${schema}: ${said.slice(-3).join('\n')}`, {
      cause: error,
    });
  }
}

async function ensureSchema(client: pg.Client, schema: string, owner: string): Promise<void> {
  await client.query(`create schema if not exists ${name(schema)} authorization ${name(owner)}`);
}

async function ensureOwner(client: pg.Client, owner: string): Promise<void> {
  await ensureRole(client, owner);
  // Only a superuser may act as any role; a managed database's administrator has to be made a member first.
  await client.query(`grant ${name(owner)} to current_user`);
}

async function ensureRole(client: pg.Client, role: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
  if (!rowCount) await client.query(`create role ${name(role)} nologin nobypassrls`);
}

async function ensureLogin(client: pg.Client, role: string, url: string, schema: string): Promise<void> {
  const { username, password } = new URL(url);
  if (decodeURIComponent(username) !== role)
    throw new Error(`the address for role ${role} names another user: ${username}`);
  await ensureRole(client, role);
  const secret = password ? ` password ${pg.escapeLiteral(decodeURIComponent(password))}` : '';
  await client.query(`alter role ${name(role)} login${secret}`);
  await client.query(`alter role ${name(role)} set search_path to ${name(schema)}`);
  await client.query(`grant ${name(KEYS_ROLE)} to ${name(role)}`);
}

/** Roles belong to the whole server: migrations of two databases may meet at the same row of its catalogue. */
async function settled(change: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change();
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      const met =
        code === '23505' || code === '42710' || (code === 'XX000' && message.includes('concurrently updated'));
      if (!met || attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10 * attempt * Math.random()));
    }
  }
}

const name = (identifier: string): string => pg.escapeIdentifier(identifier);
