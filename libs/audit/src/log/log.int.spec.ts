import { randomUUID } from 'node:crypto';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCheckpoint } from '@tidewaiter/merkle';
import { LogBench, received, receivedAs, signerIn, someEvents } from '../testing/log-bench.js';
import { Fenced } from './lease.js';
import { LogPipeline } from './pipeline.js';
import { sequenceStaged } from './sequencer.js';

let bench: LogBench;
beforeEach(async () => (bench = await LogBench.create()));
afterEach(() => bench.end());

const eventsIn = async (tenant = 'acme'): Promise<string[]> => {
  const { rows } = await bench.superuser.query<{ event_id: string }>(
    `select e.event_id from audit.log_leaves l join audit.log_entries e using (staged_id) where l.tenant_id = $1 order by l.index`,
    [tenant],
  );
  return rows.map((row) => row.event_id);
};
const bodyOf = async (eventId: string): Promise<Buffer> =>
  (await bench.superuser.query<{ body: Buffer }>('select body from audit.log_entries where event_id = $1', [eventId]))
    .rows[0]!.body;

describe('from stage to publish', () => {
  it('keeps every byte as it was received, each event once, under a checkpoint that verifies', async () => {
    const events = someEvents(700);
    const odd = received('file-odd', 1);
    const spaced = receivedAs(odd.event, Buffer.from(JSON.stringify(odd.event, null, 3)));
    expect(await bench.stage([...events, spaced])).toBe(701);
    await bench.settle();
    expect(await bench.verify()).toMatchObject({ ok: true, origin: 'audit.example/log/acme', size: 701 });
    expect((await bodyOf(odd.event.id)).equals(spaced.record.value)).toBe(true);
    expect(await bench.status()).toMatchObject({
      staged: 701,
      size: 701,
      integrated: 701,
      published: 701,
      parked: [],
      alarms: [],
    });
  });

  it('takes duplicates, in one batch and later, as one event', async () => {
    const events = someEvents(50);
    expect(await bench.stage([...events, ...events.slice(0, 20)])).toBe(50);
    expect(await bench.stage(events)).toBe(0);
    await bench.settle();
    await bench.stage(events.slice(10, 30));
    await bench.settle();
    expect(await eventsIn()).toEqual(events.map(({ event }) => event.id));
    expect((await bench.status()).alarms).toEqual([]);
  });

  it('puts streams that arrive in reverse into their own order', async () => {
    const events = someEvents(300);
    for (const each of [...events].reverse()) await bench.stage([each]);
    await bench.settle();
    expect(await bench.verify()).toMatchObject({ ok: true, size: 300 });
  });

  it('lets a gap in a stream wait, and everything else pass', async () => {
    const [one, , three, four] = [1, 2, 3, 4].map((version) => received('file-gap', version));
    const two = received('file-gap', 2);
    await bench.stage([one!, three!, received('file-other', 1), four!]);
    await bench.settle();
    const waiting = await bench.status();
    expect(waiting).toMatchObject({ staged: 4, size: 2, published: 2 });
    expect(waiting.parked).toMatchObject([
      { stream: 'file-gap', version: 3, reason: expect.stringContaining('waits for version 2') },
    ]);
    await bench.alarmGaps();
    expect((await bench.status()).alarms).toEqual([]);
    await bench.alarmGaps(0);
    await bench.alarmGaps(0);
    expect((await bench.status()).alarms).toMatchObject([
      { code: 'audit.stream.gap', says: expect.stringContaining('Version 3 of file-gap') },
    ]);
    await bench.stage([two]);
    await bench.settle();
    expect(await bench.status()).toMatchObject({ size: 5, parked: [] });
    expect((await eventsIn()).slice(2)).toEqual([two, three!, four!].map(({ event }) => event.id));
    expect(await bench.verify()).toMatchObject({ ok: true });
  });

  it('raises an alarm for other bytes under a known id, and overwrites nothing', async () => {
    const first = received('file-1', 1);
    const forged = receivedAs(first.event, Buffer.from(JSON.stringify({ ...first.event, actor: 'user:mallory' })));
    await bench.stage([first]);
    await bench.stage([forged]);
    await bench.stage([forged]);
    await bench.settle();
    expect((await bench.status()).alarms).toMatchObject([
      { code: 'audit.event.differs', says: expect.stringContaining(first.event.id) },
    ]);
    expect((await bodyOf(first.event.id)).equals(first.record.value)).toBe(true);
    const { rows } = await bench.superuser.query<{ body: Buffer }>('select body from audit.log_alarms');
    expect(rows[0]!.body.equals(forged.record.value)).toBe(true);
  });

  it('raises an alarm for a second event that claims a version of a stream, before and after the first is logged', async () => {
    const first = received('file-1', 1);
    await bench.stage([first, received('file-1', 1)]);
    await bench.settle();
    await bench.stage([received('file-1', 1)]);
    await bench.settle();
    expect((await bench.status()).alarms.map(({ code }) => code)).toEqual([
      'audit.stream.version-taken',
      'audit.stream.version-taken',
    ]);
    expect(await eventsIn()).toEqual([first.event.id]);
    expect(await bench.status()).toMatchObject({ staged: 1, size: 1 });
  });

  it('refuses an entry over 65,535 bytes with advice, and stages nothing of its batch', async () => {
    const large = received('file-large', 1, { data: { text: 'x'.repeat(65_536) } });
    await expect(bench.stage([received('file-1', 1), large])).rejects.toMatchObject({
      code: 'audit.entry.too-large',
      details: { advice: expect.stringContaining('document') },
    });
    expect(await bench.status()).toMatchObject({ staged: 0 });
  });

  it('keeps one log per tenant, with its own origin, key and indexes from 0', async () => {
    await bench.stage([...someEvents(10), ...someEvents(5, { tenantid: 'globex' })]);
    await bench.settle();
    expect(await bench.verify('acme')).toMatchObject({ ok: true, size: 10 });
    expect(await bench.verify('globex')).toMatchObject({ ok: true, size: 5, origin: 'audit.example/log/globex' });
  });

  it('never publishes an unchanged log again', async () => {
    await bench.stage(someEvents(10));
    await bench.settle();
    expect(await bench.publish()).toEqual([]);
  });
});

describe('killed between the steps', () => {
  it('goes on from the tables alone after each of them, and the log is the same', async () => {
    const events = someEvents(1000);
    await bench.stage(events.slice(0, 600));
    bench.restart();
    await bench.sequence(300);
    bench.restart();
    await bench.integrate(200);
    bench.restart();
    await bench.publish();
    expect(await bench.verify()).toMatchObject({ ok: true, size: 200 });
    bench.restart();
    await bench.stage(events.slice(500));
    await bench.settle();
    expect(await bench.verify()).toMatchObject({ ok: true, size: 1000 });
    expect(await eventsIn()).toEqual(events.map(({ event }) => event.id));
  });

  it('rolls a step back whole when it is killed inside', async () => {
    await bench.stage(someEvents(300));
    const killed = bench.asSystem(async (tx) => {
      await sequenceStaged(tx);
      throw new Error('killed');
    });
    await expect(killed).rejects.toThrow('killed');
    expect(await bench.status()).toMatchObject({ staged: 300, size: 0 });
    await bench.settle();
    expect(await bench.verify()).toMatchObject({ ok: true, size: 300 });
  });

  it('hands out the same note when it was signed and the database did not hear of it', async () => {
    await bench.stage(someEvents(10));
    await bench.sequence();
    await bench.integrate();
    const signed: string[] = [];
    const lost = bench.asSystem(async (tx) => {
      const { publishGrown } = await import('./publisher.js');
      await publishGrown(tx, bench);
      signed.push((await tx.query<{ note: string }>('select note from log_checkpoints')).rows[0]!.note);
      throw new Error('killed');
    });
    await expect(lost).rejects.toThrow('killed');
    bench.restart();
    await bench.publish();
    const { rows } = await bench.superuser.query<{ note: string }>('select note from audit.log_checkpoints');
    expect(rows.map((row) => row.note)).toEqual(signed);
  });

  it('integrates the same tiles when it is made to do it again', async () => {
    await bench.stage(someEvents(600));
    await bench.settle();
    await bench.superuser.query('update audit.log_progress set published = 0, integrated = 0');
    await bench.integrate();
    expect(await bench.status()).toMatchObject({ integrated: 600 });
    await bench.superuser.query('update audit.log_progress set published = 600');
    expect(await bench.verify()).toMatchObject({ ok: true, size: 600 });
  });
});

describe('two sequencers', () => {
  const pipeline = (lease = bench.lease()) => ({
    lease,
    run: new LogPipeline({
      database: { system: (work) => bench.asSystem(work) },
      lease,
      signer: signerIn(bench.folder),
      cosigner: null,
      checkpointMs: 0,
    }),
  });

  it('at once: one works, the other waits, and follows when the first is gone', async () => {
    const [first, second] = [pipeline(), pipeline()];
    await bench.stage(someEvents(400));
    expect(await first.run.work()).toBeGreaterThan(0);
    expect(await second.run.work()).toBe(0);
    await first.lease.release();
    await bench.stage([received('file-new', 1)]);
    for (let tries = 0; tries < 100 && (await second.run.work()) === 0; tries += 1)
      await new Promise((go) => setTimeout(go, 20));
    expect(await bench.verify()).toMatchObject({ ok: true, size: 401 });
    await second.lease.release();
  });

  it('refuses what a holder writes who lost the lease without noticing', async () => {
    const [paused, follower] = [bench.lease(), bench.lease()];
    await paused.take();
    await bench.superuser.query(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
      and database = (select oid from pg_database where datname = current_database())`);
    // The paused holder still believes: its connection is gone, and it has not heard of it.
    Object.assign(paused, { epoch: '1' });
    for (let tries = 0; tries < 100 && !(await follower.take()); tries += 1)
      await new Promise((go) => setTimeout(go, 20));
    await bench.stage(someEvents(10));
    await expect(bench.asSystem((tx) => paused.fence(tx))).rejects.toThrow(Fenced);
    await bench.asSystem((tx) => follower.fence(tx));
    await Promise.all([paused.release(), follower.release()]);
  });

  it('racing over one backlog leave one gapless log', async () => {
    const racers = [pipeline(), pipeline(), pipeline()];
    await bench.stage(someEvents(2000));
    await Promise.all(
      racers.map(async ({ run }) => {
        for (let i = 0; i < 8; i += 1) await run.work();
      }),
    );
    expect(await bench.verify()).toMatchObject({ ok: true, size: 2000 });
    await Promise.all(racers.map(({ lease }) => lease.release()));
  });
});

describe('the signer', () => {
  const grow = async (n: number, from = 0) => {
    await bench.stage(Array.from({ length: n }, (_, i) => received('file-1', from + i + 1)));
    await bench.settle();
  };

  it('keeps key and last checkpoint readable by itself alone', async () => {
    await grow(3);
    for (const name of ['key.pem', 'checkpoint']) {
      expect((await stat(join(bench.folder, 'acme', name))).mode & 0o777).toBe(0o600);
    }
    expect(parseCheckpoint(await readFile(join(bench.folder, 'acme', 'checkpoint'), 'utf8')).size).toBe(3);
  });

  it('refuses a smaller tree: a database restored from an older copy stops with an alarm', async () => {
    await grow(10);
    const copy = new TextDecoder().decode(await readFile(join(bench.folder, 'acme', 'checkpoint')));
    await grow(10, 10);
    await bench.superuser
      .query(`alter table audit.log_leaves disable trigger all; alter table audit.log_checkpoints disable trigger all;
      delete from audit.log_leaves where index >= 10; delete from audit.log_checkpoints where size > 10;
      update audit.log_progress set published = 10, integrated = 10, size = 10;`);
    await bench.stage([received('file-new', 1)]);
    await bench.settle();
    expect(await bench.status()).toMatchObject({
      size: 11,
      published: 10,
      alarms: [{ code: 'audit.signer.smaller-tree' }],
    });
    expect(copy).toContain('\n10\n');
  });

  it('says at the start that the database was restored from an older copy, before anything grows', async () => {
    await bench.stage(someEvents(300));
    await bench.settle();
    await bench.compareHeads();
    expect((await bench.status()).alarms).toEqual([]);
    await bench.superuser.query('update audit.log_progress set size = 200, integrated = 200, published = 200');
    bench.restart();
    await bench.compareHeads();
    expect((await bench.status()).alarms).toMatchObject([{ code: 'audit.signer.smaller-tree' }]);
  });

  it('refuses a forked tree: other leaves in place of those it signed', async () => {
    await grow(10);
    await bench.superuser.query(`alter table audit.log_leaves disable trigger all;
      update audit.log_leaves set leaf_hash = sha256('other') where index = 4;`);
    await grow(5, 10);
    expect(await bench.status()).toMatchObject({
      size: 15,
      published: 10,
      alarms: [{ code: 'audit.signer.forked-tree' }],
    });
  });

  it('refuses to begin again when its memory is lost', async () => {
    await grow(3);
    bench.signer = signerIn(`${bench.folder}/elsewhere`);
    await grow(3, 3);
    expect(await bench.status()).toMatchObject({ published: 3, alarms: [{ code: 'audit.signer.memory-lost' }] });
  });

  it('refuses a remembered checkpoint that it did not sign', async () => {
    await grow(3);
    const path = join(bench.folder, 'acme', 'checkpoint');
    await chmod(path, 0o600);
    await writeFile(path, (await readFile(path, 'utf8')).replace('\n3\n', '\n2\n'));
    bench.restart();
    await expect(grow(3, 3)).rejects.toMatchObject({ code: 'false-signature' });
  });
});

describe('tampering as a superuser', () => {
  const grow = async () => {
    await bench.stage(someEvents(800));
    await bench.settle();
    await bench.superuser
      .query(`alter table audit.log_entries disable trigger all; alter table audit.log_leaves disable trigger all;
      alter table audit.log_tiles disable trigger all; alter table audit.log_checkpoints disable trigger all;`);
  };
  const entry = (index: number) =>
    `(select staged_id from audit.log_leaves where tenant_id = 'acme' and index = ${index})`;

  it('finds a changed leaf by its index', async () => {
    await grow();
    await bench.superuser.query(
      `update audit.log_entries set body = convert_to(replace(convert_from(body, 'UTF8'), 'system:documents', 'system:carriers'), 'UTF8') where staged_id = ${entry(300)}`,
    );
    expect(await bench.verify()).toMatchObject({ ok: false, fault: 'entry-differs', index: 300 });
  });
  it('finds a tail cut off, in the last bundle and before it', async () => {
    await grow();
    await bench.superuser.query('delete from audit.log_leaves where index >= 790');
    expect(await bench.verify()).toMatchObject({ ok: false, index: expect.any(Number) });
    await bench.superuser.query('delete from audit.log_leaves where index >= 700');
    expect(await bench.verify()).toMatchObject({ ok: false, fault: 'entry-missing', index: 700 });
  });
  it('finds two leaves swapped by the first of them', async () => {
    await grow();
    await bench.superuser.query(`update audit.log_leaves set index = index + 100000 where index in (100, 600);
      update audit.log_leaves set index = case index when 100100 then 600 else 100 end where index > 100000;`);
    expect(await bench.verify()).toMatchObject({ ok: false, fault: 'entry-differs', index: 100 });
  });
  it('finds a leaf put in between, by the first that is another', async () => {
    await grow();
    await bench.superuser.query(`update audit.log_leaves set index = index + 100000 where index >= 400;
      insert into audit.log_leaves (tenant_id, index, staged_id, stream, version, subject, leaf_hash)
        select tenant_id, 400, -1, 'forged-1', 1, subject, leaf_hash from audit.log_leaves where index = 0;
      insert into audit.log_entries (staged_id, tenant_id, event_id, stream, version, subject, topic, partition, record_offset, leaf_hash, body)
        overriding system value
        select -1, tenant_id, gen_random_uuid(), 'forged-1', 1, subject, topic, partition, record_offset, leaf_hash, body
        from audit.log_entries where staged_id = ${entry(0)};
      update audit.log_leaves set index = index - 100000 + 1 where index >= 100000;`);
    expect(await bench.verify()).toMatchObject({ ok: false, fault: 'entry-differs', index: 400 });
  });
  it('finds one bit flipped in a tile', async () => {
    await grow();
    await bench.superuser.query(
      'update audit.log_tiles set hashes = set_bit(hashes, 8 * 32 * 10, 1 - get_bit(hashes, 8 * 32 * 10)) where level = 0 and index = 1',
    );
    expect(await bench.verify()).toMatchObject({ ok: false, index: 266 });
  });
  it('finds a checkpoint signed with another key', async () => {
    await grow();
    const forger = signerIn(`${bench.folder}/forger`);
    const note = await forger.sign('acme', { size: 800, root: new Uint8Array(32), published: 0 }, async () => []);
    await bench.superuser.query('update audit.log_checkpoints set note = $1', [note]);
    expect(await bench.verify()).toMatchObject({ ok: false, fault: 'checkpoint-not-signed' });
  });
  it('finds an older copy put back, by a head seen before', async () => {
    await grow();
    const { rows } = await bench.superuser.query<{ note: string }>('select note from audit.log_checkpoints');
    const head = parseCheckpoint(rows[0]!.note);
    await bench.superuser
      .query(`delete from audit.log_leaves where index >= 100; delete from audit.log_checkpoints; delete from audit.log_tiles;
      update audit.log_progress set published = 0, integrated = 0, size = 100;`);
    const other = signerIn(`${bench.folder}/other`);
    bench.signer = other;
    await bench.settle();
    expect(await bench.verify('acme', { seen: [head] })).toMatchObject({ ok: false, fault: 'history-differs' });
  });
});

describe('append-only', () => {
  const APPEND_ONLY = ['log_entries', 'log_leaves', 'log_tiles', 'log_checkpoints', 'log_alarms'];
  const REWRITABLE: Record<string, string> = {
    log_entries: `topic type text using 'other'`,
    log_leaves: `stream type text using 'other'`,
    log_tiles: `hashes type bytea using '\\x00'`,
    log_checkpoints: `note type text using 'other'`,
    log_alarms: `says type text using 'other'`,
  };
  const changes = APPEND_ONLY.flatMap((table) => [
    `update audit.${table} set tenant_id = 'other'`,
    `delete from audit.${table}`,
    `truncate audit.${table} cascade`,
    `alter table audit.${table} disable trigger all`,
    `alter table audit.${table} alter column ${REWRITABLE[table]}`,
    `alter table audit.${table} rename to other`,
    `alter table audit.${table} set schema public`,
    `drop trigger log_no_change on audit.${table}`,
    `create rule hush as on insert to audit.${table} do instead nothing`,
    `drop table audit.${table} cascade`,
  ]);
  const fill = async () => {
    const first = received('file-1', 1);
    await bench.stage([...someEvents(300), first]);
    await bench.stage([receivedAs(first.event, Buffer.from(JSON.stringify({ ...first.event, data: {} })))]);
    await bench.settle();
  };
  const refusals = async (
    role: string,
    statements: readonly string[],
    prelude = '',
  ): Promise<Record<string, string>> => {
    const client = await bench.superuser.connect();
    const outcome: Record<string, string> = {};
    for (const sql of statements) {
      await client.query(`begin; ${prelude}; set local role ${role}; set local app.tenant = 'acme'`);
      await client.query(sql).then(
        () => (outcome[sql] = 'done'),
        (error: { code: string }) => (outcome[sql] = error.code),
      );
      await client.query('rollback');
    }
    client.release();
    return outcome;
  };
  const allRefused = (outcome: Record<string, string>) =>
    expect(Object.entries(outcome).filter(([, code]) => code !== '42501')).toEqual([]);

  it.each(['audit_app', 'audit_system'])('%s may change nothing that was logged', async (role) => {
    await fill();
    allRefused(await refusals(role, changes));
  });
  it('the owner may not either, nor take the guard away', async () => {
    await fill();
    // Row-level security holds for the owner too: lifted here, so that it is the triggers that refuse.
    const prelude =
      'set local row_security = off; alter table audit.log_entries no force row level security; alter table audit.log_leaves no force row level security; alter table audit.log_tiles no force row level security; alter table audit.log_checkpoints no force row level security; alter table audit.log_alarms no force row level security';
    allRefused(
      await refusals(
        'audit_owner',
        [
          ...changes,
          'create or replace function audit.log_refuse_change() returns trigger language plpgsql as $$ begin return null; end $$',
          'drop function audit.log_refuse_change() cascade',
          'alter function audit.log_refuse_change() rename to other',
          'drop event trigger audit_log_ddl',
          'alter event trigger audit_log_ddl disable',
          'drop schema audit cascade',
        ],
        prelude,
      ),
    );
  });
  it('the triggers hold for a superuser and under session_replication_role = replica', async () => {
    await fill();
    const dml = changes.filter((sql) => /^(update|delete|truncate)/.test(sql));
    const superuser = (await bench.superuser.query<{ name: string }>('select current_user as name')).rows[0]!.name;
    allRefused(await refusals(superuser, dml, 'set local session_replication_role = replica'));
  });
  it('the application role may not write the log at all', async () => {
    allRefused(
      await refusals('audit_app', [
        ...[
          'log_entries',
          'log_leaves',
          'log_tiles',
          'log_checkpoints',
          'log_alarms',
          'log_pending',
          'log_staged',
          'log_progress',
        ].map((table) => `insert into audit.${table} default values`),
        'update audit.log_sequencer set epoch = 9',
        'delete from audit.log_pending',
        'delete from audit.log_staged',
        'update audit.log_progress set published = 0',
      ]),
    );
  });
});

describe('another tenant', () => {
  it('sees no row of the log, whatever it asks for, and nothing without a tenant', async () => {
    await bench.stage(someEvents(300));
    await bench.settle();
    for (const tenant of ['globex', '', randomUUID()]) {
      for (const table of [
        'log_entries',
        'log_leaves',
        'log_tiles',
        'log_checkpoints',
        'log_alarms',
        'log_pending',
        'log_staged',
        'log_progress',
      ]) {
        const rows = await bench.asTenant(tenant, async (tx) => (await tx.query(`select from ${table}`)).rows.length);
        expect([table, rows]).toEqual([table, 0]);
      }
    }
  });
});
