import type { InputOf, showBoardIndex } from '@tidewaiter/contracts';
import { newId } from '@tidewaiter/kernel';
import { idFor } from '@tidewaiter/platform';
import { callerOf, command, Room, stepOf } from '../testing/room.js';
import { BoardFeed } from './board-feed.js';
import { BoardViews } from './board-views.js';
import { Estimates } from './estimates.js';
import { partyTerms } from '../postgres/party-terms.js';
import { SavedViews } from './saved-views.js';
import { Watching } from './watchers.js';

type Query = InputOf<typeof showBoardIndex>['query'];
const keysIn = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32BE(at * 4));
const soon = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().replace('Z', '000Z');

describe('views over the board', () => {
  let room: Room;
  let board: BoardViews;
  const ids: string[] = [];

  const view = (changes: Partial<Query> = {}): Query => ({ sort: 'consequence', direction: 'ascending', ...changes });
  const references = async (changes: Partial<Query> = {}, caller = callerOf('acme')): Promise<string[]> => {
    const keys = keysIn(await board.index(caller, view(changes)));
    const { rows } = await board.rows(caller.tenant, keys);
    return keys.map((key) => rows.find((row) => row.key === key)!.reference);
  };
  const raise = async (at: number, kind: 'approve-payment' | 'ask-authority', days: number | null): Promise<void> => {
    await room.activities.raiseTask(stepOf(ids[at]!), {
      kind,
      role: kind === 'approve-payment' ? 'approver' : 'operator',
      says: 'Do it',
      about: kind === 'approve-payment' ? { amount: { amount: `${at}50.00`, currency: 'GBP' } } : {},
      due: days === null ? null : soon(days),
    });
  };

  const now = (): string => new Date().toISOString();
  const newBoard = (): BoardViews => new BoardViews(room.store, now, room.reference, new Estimates(room.store, now));

  beforeAll(async () => {
    room = await Room.open();
    board = newBoard();
    const engagement = await room.engagement();
    for (const reference of ['A-1', 'B-2', 'C-3', 'D-4']) ids.push(await room.shipment(engagement, { reference }));
    await raise(1, 'ask-authority', 0.5);
    await raise(2, 'approve-payment', 5);
    await raise(3, 'approve-payment', -1);
    for (const id of ids) await room.toBoard(...(await room.store.read('acme', `shipment-${id}`)));
    for (const { id } of await room.store.query<{ id: string }>('acme', `select id from tasks order by position`)) {
      await room.toBoard(...(await room.store.read('acme', `task-${id}`)));
    }
  });
  afterAll(() => room.close());

  it('give an order of keys by what is about to be late, and rows by key', async () => {
    expect(await references()).toEqual(['D-4', 'B-2', 'C-3', 'A-1']);
    expect(await references({ sort: 'reference', direction: 'descending' })).toEqual(['D-4', 'C-3', 'B-2', 'A-1']);
  });

  it('filter by who is waited for, by clock, by destination and by part of a name', async () => {
    expect(await references({ waiting: 'us' })).toEqual(['D-4', 'B-2', 'C-3']);
    expect(await references({ waiting: 'others' })).toEqual(['A-1']);
    expect(await references({ clock: 'overdue' })).toEqual(['D-4']);
    expect(await references({ clock: '1' })).toEqual(['B-2']);
    expect(await references({ role: 'approver', sort: 'reference' })).toEqual(['C-3', 'D-4']);
    expect(await references({ to: 'US' })).toEqual([]);
    expect(await references({ q: 'b-' })).toEqual(['B-2']);
    expect(await references({ q: 'northwind', sort: 'reference' })).toEqual(['A-1', 'B-2', 'C-3', 'D-4']);
    expect(await references({ q: '%' })).toEqual([]);
  });

  it('filter by what the one who looks watches', async () => {
    const [olga, oscar] = ['olga', 'oscar'].map((name) => callerOf('acme', name));
    const watching = new Watching(room.store, now);
    for (const at of [0, 2]) await watching.change(olga!, ids[at]!, true);
    expect(await references({ watched: 'me', sort: 'reference' }, olga)).toEqual(['A-1', 'C-3']);
    expect(await references({ watched: 'me' }, oscar)).toEqual([]);
    expect((await board.summary(olga!, { watched: 'me' })).total).toBe(2);
  });

  it('count stages and clocks, and name the position shown', async () => {
    const summary = await board.summary(callerOf('acme'), {});
    expect(summary.total).toBe(4);
    expect(Object.fromEntries(summary.clocks.map(({ bin, count }) => [bin, count]))).toEqual({
      overdue: 1,
      '1': 1,
      '3': 0,
      '10': 1,
      later: 0,
      none: 1,
    });
    expect(summary.position).toBe(await board.position('acme'));
  });

  it('show nothing to another tenant', async () => {
    expect(await references({}, callerOf('globex'))).toEqual([]);
    expect((await board.rows('globex', [1, 2, 3, 4])).rows).toEqual([]);
    expect((await board.search('globex', { q: 'b-2' })).items).toEqual([]);
    expect((await board.summary(callerOf('globex'), {})).total).toBe(0);
  });

  it('find by reference and customer', async () => {
    const guaranteeId = await room.guarantee(await room.importer(), '500.00');
    expect((await board.search('acme', { q: 'ccg' })).items).toEqual([
      { kind: 'guarantee', id: guaranteeId, label: 'CCG-1', by: 'reference', hint: 'guarantee in GB' },
    ]);
    expect((await board.search('acme', { q: 'c-3' })).items).toMatchObject([
      { kind: 'shipment', label: 'C-3', by: 'reference' },
    ]);
    expect((await board.search('acme', { q: 'northw' })).items.map(({ kind }) => kind)).toContain('engagement');
  });

  it('rank what is open by consequence and say why', async () => {
    const today = await board.today({ ...callerOf(), roles: ['approver'] }, { whose: 'all' });
    expect(today.items.map(({ rank, shipment, mine }) => [rank, shipment?.reference, mine])).toEqual([
      [1, 'D-4', true],
      [2, 'C-3', true],
      [3, 'B-2', false],
    ]);
    expect(today.items[0]).toMatchObject({
      atStake: { amount: '350.00', currency: 'GBP' },
      clock: { kind: 'statutory' },
    });
    expect(today.items[0]!.reason).toMatch(/^legal clock, latest start passed on .*350\.00 GBP at stake$/);
    expect((await board.today({ ...callerOf(), roles: ['approver'] }, { whose: 'mine' })).total).toBe(2);
  });

  it('are taken away as CSV, which is an event', async () => {
    const [caller, id] = [callerOf(), command()];
    const { csv, exportId } = await board.export(caller, view({ sort: 'reference' }), id);
    expect(csv.split('\r\n')).toHaveLength(1 + 4 + 1);
    expect(csv).toMatch(/^\uFEFFreference,customer/);
    await board.export(caller, view({ sort: 'reference' }), id);
    const events = await room.store.read('acme', `export-${idFor('export', 'acme', id)}`);
    expect(events).toMatchObject([{ type: 'ViewExported', data: { page: 'board', rows: 4 } }]);
    expect(await board.exported('acme', exportId)).toMatchObject({
      rows: 4,
      view: { sort: 'reference' },
      position: await board.position('acme'),
      takenBy: caller.actor,
    });
    await expect(board.exported('globex', exportId)).rejects.toMatchObject({ code: 'shipments.export.unknown' });
  });

  it('are told of by the feed once the board shows them', async () => {
    const feed = new BoardFeed(room.store);
    const all = await feed.read('acme', '0', 200);
    expect(all.at(-1)!.position).toBe(await board.position('acme'));
    expect(JSON.parse(all[0]!.body!)).toMatchObject({
      shipmentId: ids[0],
      type: 'tidewaiter.shipments.ShipmentOpened.v1',
    });
    expect(await feed.read('acme', all.at(-1)!.position, 200)).toEqual([]);
  });

  it('are kept under a name, shared or not, and changed by their owner only', async () => {
    const views = new SavedViews(room.store);
    const [olga, oscar] = [callerOf(), { ...callerOf(), subject: 'oscar' }];
    const body = { name: 'GB this week', page: 'board' as const, query: { to: 'GB' }, shared: false, pinned: true };
    const kept = await views.save(olga, body, command());
    expect((await views.list(oscar)).items).toEqual([]);
    const shared = await views.change(olga, kept.viewId, { ...body, shared: true }, kept.version);
    expect(shared).toMatchObject({ shared: true, version: 2, mine: true });
    expect((await views.list(oscar)).items).toMatchObject([{ name: 'GB this week', mine: false }]);
    await expect(views.change(olga, kept.viewId, body, 1)).rejects.toMatchObject({ code: 'event-store.version.stale' });
    await expect(views.drop(oscar, kept.viewId)).rejects.toMatchObject({ code: 'shipments.view.unknown' });
    expect(await views.drop(olga, kept.viewId)).toEqual({ dropped: true });
  });

  it('estimate a delivery by how long like shipments took from the same stage, once there are thirty of them', async () => {
    const [before] = (await board.rows('acme', keysIn(await board.index(callerOf('acme'), view())))).rows;
    expect(before!.eta).toEqual({ cases: 0, p50: null, p90: null });
    const engagement = await room.engagement();
    for (let days = 1; days <= 30; days += 1) {
      const id = await room.shipment(engagement, { reference: `DONE-${days}` });
      const opened = (await room.store.read('acme', `shipment-${id}`))[0]!;
      const delivered = new Date(Date.parse(opened.time) + days * 86_400_000).toISOString();
      await room.toBoard(opened, {
        ...opened,
        id: newId(),
        context: 'carriers',
        type: 'ShipmentDelivered',
        time: delivered,
      });
    }
    const fresh = newBoard();
    const { rows } = await fresh.rows('acme', keysIn(await fresh.index(callerOf('acme'), view())));
    const [open, done] = ['A-1', 'DONE-1'].map((name) => rows.find(({ reference }) => reference === name)!);
    expect(done!.eta).toBeNull();
    expect(open!.eta!.cases).toBe(30);
    const daysOf = (at: string | null): number =>
      Math.round((Date.parse(at!) - Date.parse(open!.openedAt)) / 86_400_000);
    expect([daysOf(open!.eta!.p50), daysOf(open!.eta!.p90)]).toEqual([16, 28]);
    const shown = await new Estimates(room.store, now).show('acme', open!.shipmentId);
    expect(shown).toMatchObject({ stage: 'engagement', estimate: { cases: 30 } });
    expect(shown.dots).toHaveLength(20);
    await expect(new Estimates(room.store, now).show('globex', open!.shipmentId)).rejects.toMatchObject({
      code: 'shipments.shipment.unknown',
    });
  });

  it('find by a party whose name is kept nowhere in plain, until the persons of the dossier are erased', async () => {
    const engagement = await room.engagement();
    const party = (role: 'consignor' | 'consignee', name: string) => ({
      ...{ role, name, address: { street: 'Dock 1', city: 'Hull', postcode: 'HU1 2AB', country: 'GB' } },
    });
    const parties = [party('consignor', 'Müller-Lüdenscheidt Söhne'), party('consignee', 'Quayside Lamps Ltd')];
    const id = await room.shipment(engagement, { reference: 'PARTY-1', parties });
    await room.toBoard(...(await room.store.read('acme', `shipment-${id}`)));
    const found = async (q: string, tenant = 'acme') =>
      (await board.search(tenant, { q })).items.filter(({ id: each }) => each === id).map(({ by }) => by);
    expect(await found('quayside la')).toEqual(['party']);
    expect(await found('LUDENS')).toEqual(['party']);
    expect(await found('uayside')).toEqual([]);
    expect(await found('quayside lanterns')).toEqual([]);
    expect(await found('quayside', 'globex')).toEqual([]);
    const { rows } = await room.test
      .pool('shipments_system', 1)
      .query<{ row: string }>('select t::text as row from party_terms t');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ row }) => /quay|müller/i.test(row))).toEqual([]);

    await room.store.rebuild(partyTerms);
    expect(await found('quayside')).toEqual(['party']);
    const [opened] = await room.store.read('acme', `shipment-${id}`);
    const erased = { ...opened!, id: newId(), context: 'audit' as const, type: 'PersonalDataErased' };
    await room.toBoard({ ...erased, data: { shipmentId: id, keys: 1, law: 'VATA 1994' }, version: 9 });
    expect(await found('quayside')).toEqual([]);
  });
});
