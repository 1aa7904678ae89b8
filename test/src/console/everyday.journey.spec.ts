import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { WebhookCheck } from '@tidewaiter/client';
import {
  decideTask,
  listEndpoints,
  listLogEntries,
  listPayments,
  listToday,
  listWebhookDeliveries,
  openShipment,
  previewAssessment,
  showBoardSummary,
  showEndpoint,
  showWebhookDelivery,
  type AnswerOf,
  type openEngagement,
} from '@tidewaiter/contracts';
import { Receiver, signersOf, status, type Received } from '@tidewaiter/partners/testing';
import { Sessions } from '@tidewaiter/platform';
import type { Page, Request } from 'playwright-core';
import { customer, particulars } from '../consignment.js';
import { House, newRunId, ROOT } from '../house.js';
import { until } from '../waiting.js';
import { crowd, stir } from './crowd.js';
import { Desk, type Seat } from './desk.js';
import { differs } from './looks.js';
import { shipped, waiting } from './papers.js';

const shots = process.env['CONSOLE_SHOTS'];
const CROWD = 3_000;
const PAGES = [
  '/today',
  '/today?whose=all',
  '/board',
  '/board?clock=overdue&to=GB',
  '/engagements',
  '/shipments/new',
  '/calculator',
  '/partners/endpoints',
  '/partners/deliveries',
  '/partners/catalogue',
  '/partners/catalogue/shipments.ShipmentOpened',
  '/partners/signature',
  '/partners/tail',
  '/partners/keys',
  '/health',
  '/style',
];

describe('the console’s everyday pages', () => {
  let house: House;
  let desk: Desk;
  let engagement: AnswerOf<typeof openEngagement>;

  beforeAll(async () => {
    house = await House.open('one');
    desk = await Desk.open(house.api);
    engagement = await customer(house.as('operator'));
    await crowd(house.platform.postgresUrl, 'acme', CROWD);
    const papers = await Promise.all([1, 2, 3].map(() => shipped(house.as('operator'), engagement)));
    await Promise.all(papers.map(({ shipmentId }) => waiting(house.as('operator'), shipmentId, 'approve-payment')));
  }, 300_000);
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  }, 60_000);

  const live = (page: Page): Promise<void> => page.locator('.feed[data-state="live"]').waitFor();
  const tops = (page: Page): Promise<number[]> =>
    page.locator('.work > li').evaluateAll((rows) => rows.map((row) => Math.round(row.getBoundingClientRect().top)));
  const board = async (seat: Seat, path = '/board'): Promise<Page> => {
    const page = await seat.open(path);
    await page.getByRole('grid', { name: 'Shipments' }).waitFor();
    await page.locator('.grid[aria-busy="false"]').waitFor();
    return page;
  };
  const firstRow = (page: Page) => page.locator('.grid-row').first();

  it('sign in by a role’s card; no token is in the page’s storage or address, and the cookie is out of its reach', async () => {
    await using seat = await desk.stranger();
    const { page } = seat;
    await page.goto(`${house.api}/`);
    await page.getByRole('button', { name: 'Operator', exact: true }).click();
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    expect(kept).not.toMatch(/eyJ|token/);
    const [cookie] = (await seat.context.cookies()).filter(({ name }) => name === 'tidewaiter');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(seat.troubles).toEqual([]);
    // A change under the cookie from a page of another site is refused.
    const refused = await fetch(`${house.api}/v1/views`, {
      method: 'POST',
      headers: {
        Cookie: `tidewaiter=${cookie!.value}`,
        Origin: 'http://evil.example',
        'Content-Type': 'application/json',
        'Idempotency-Key': newRunId(),
      },
      body: '{}',
    });
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
      403,
      'identity.origin.foreign',
    ]);
    await page.locator('summary', { hasText: 'Olga Operator' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Auditor', exact: true }).waitFor();
    await page.goto(`${house.api}/today`);
    await page.getByRole('button', { name: 'Auditor', exact: true }).waitFor();
  }, 60_000);

  it('begin with a skip link, and give each route its title and its heading the focus', async () => {
    await using seat = await desk.seat('operator');
    const page = await seat.open('/today');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to main content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await page.getByRole('heading', { name: 'Engagements', level: 1 }).waitFor();
    expect(await page.title()).toBe('Engagements · Tidewaiter');
    await until(
      'the focus',
      async () => (await page.evaluate(() => document.activeElement?.textContent)) === 'Engagements',
    );
  }, 60_000);

  it.each(['light', 'dark'] as const)(
    'stand in %s without a fault that axe finds, an error or a foreign request',
    async (theme) => {
      await using seat = await desk.seat('administrator', { theme });
      const wrongs: string[] = [];
      if (shots) mkdirSync(shots, { recursive: true });
      for (const path of PAGES) {
        const page = await seat.open(path);
        wrongs.push(...(await seat.wrongs()).map((wrong) => `${path}: ${wrong}`));
        if (shots) await page.screenshot({ path: join(shots, `${path.replaceAll(/[^a-z]+/g, '_')}-${theme}.png`) });
      }
      expect(wrongs).toEqual([]);
      expect(seat.troubles).toEqual([]);
    },
    240_000,
  );

  it.each(['light', 'dark'] as const)(
    'look in %s as they were last approved',
    async (theme) => {
      const looks: Record<string, number> = {};
      await using stranger = await desk.stranger(theme);
      await stranger.open('/sign-in');
      await stranger.page.getByRole('button', { name: 'Auditor', exact: true }).waitFor();
      looks['sign-in'] = await differs(stranger, 'sign-in', theme);
      await using seat = await desk.seat('operator', { theme });
      for (const name of ['style', 'calculator']) {
        await seat.open(`/${name}`);
        await seat.page.evaluate(() => document.fonts.ready);
        looks[name] = await differs(seat, name, theme);
      }
      // A word or a border more is within it; a block that moved, a colour or a font that is lost is not.
      for (const [name, share] of Object.entries(looks))
        expect([name, share <= 0.01 ? 'as kept' : share]).toEqual([name, 'as kept']);
    },
    60_000,
  );

  it('fit a window 320 px wide without scrolling sideways', async () => {
    await using seat = await desk.seat('administrator');
    await seat.page.setViewportSize({ width: 320, height: 640 });
    for (const path of [
      '/today',
      '/engagements',
      '/guarantees',
      '/admin/users',
      '/shipments/new',
      '/calculator',
      '/health',
    ]) {
      const page = await seat.open(path);
      expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 320]);
    }
  }, 120_000);

  it('fetch less than 200 kB of compressed script before the first page is usable, 25 kB of style', async () => {
    const assets = join(ROOT, 'apps/console/dist/assets');
    await using seat = await desk.seat('operator');
    await seat.open('/today');
    const names = await seat.page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name).pathname)
        .filter((path) => path.startsWith('/assets/')),
    );
    const sizeOf = (ending: string): number =>
      names
        .filter((name) => name.endsWith(ending))
        .reduce(
          (sum, name) => sum + gzipSync(readFileSync(join(assets, name.slice('/assets/'.length))), { level: 9 }).length,
          0,
        );
    expect(readdirSync(assets).length).toBeGreaterThan(10);
    expect(sizeOf('.js')).toBeGreaterThan(50_000);
    expect(sizeOf('.js')).toBeLessThan(200_000);
    expect(sizeOf('.css')).toBeLessThan(25_000);
  }, 60_000);

  describe('today', () => {
    it('stands in the API’s order, and each row says why', async () => {
      const { items } = await house.as('approver').call(listToday, { query: { whose: 'mine' } });
      expect(items.length).toBeGreaterThanOrEqual(3);
      await using seat = await desk.seat('approver');
      const page = await seat.open('/today');
      const rows = await page.locator('.work > li').allTextContents();
      expect(rows).toHaveLength(items.length);
      items.forEach(({ rank, reason, shipment }, index) => {
        expect(rows[index]).toContain(`Ranked ${rank}: ${reason}`);
        expect(rows[index]).toContain(shipment!.reference);
      });
    }, 60_000);

    it('is worked off by keyboard alone, and another’s browser shows it without a jump until it is applied', async () => {
      // Two people are needed for the sum: the other one has approved already.
      const [first] = (await house.as('approver').call(listToday, { query: { whose: 'mine' } })).items;
      await house
        .as('approver-2')
        .call(
          decideTask,
          { params: { taskId: first!.task.taskId }, body: { approve: true, digest: first!.task.about['digest'] } },
          { ifMatch: first!.task.version },
        );
      await using watcher = await desk.seat('approver-2');
      const watched = await watcher.open('/today');
      await live(watched);
      const before = await tops(watched);

      await using seat = await desk.seat('approver');
      const page = await seat.open('/today');
      const count = await page.locator('.work > li').count();
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      const act = page.getByRole('button', { name: /^Approve £/ });
      await act.waitFor();
      await until('the act has the focus', async () =>
        (await page.evaluate(() => document.activeElement?.textContent ?? '')).startsWith('Approve £'),
      );
      await page.keyboard.press('Enter');
      await page
        .getByRole('status')
        .filter({ hasText: `Done. ${count - 1} left.` })
        .waitFor();
      await until('the next row has the focus', () =>
        page.evaluate(() => document.activeElement?.matches('.work > li') ?? false),
      );

      await watched.getByRole('button', { name: /^Apply \d+ change/ }).waitFor({ timeout: 10_000 });
      expect(await tops(watched)).toEqual(before);
      await watched.keyboard.press('.');
      await until('the row is gone', async () => (await watched.locator('.work > li').count()) < count);
    }, 90_000);

    it('is taken with one key, leaves a colleague’s list, and is taken over by name', async () => {
      await using seat = await desk.seat('approver');
      const page = await seat.open('/today');
      await page.keyboard.press('j');
      const row = page.locator('.work > li').first();
      const reference = (await row.locator('.work-where a').textContent())!;
      const count = await page.locator('.work > li').count();
      await page.keyboard.press('a');
      await row.getByText('Taken by you').waitFor();

      await using colleague = await desk.seat('approver-2');
      const theirs = await colleague.open('/today');
      expect(await theirs.locator('.work > li').count()).toBe(count - 1);
      expect(await theirs.locator('.work > li', { hasText: reference }).count()).toBe(0);
      await theirs.getByRole('link', { name: 'My team' }).click();
      const shared = theirs.locator('.work > li', { hasText: reference });
      await shared.getByText('Taken by approver@acme').waitFor();
      expect(await colleague.wrongs()).toEqual([]);
      await shared.getByRole('button', { name: 'Take over' }).click();
      await shared.getByText('Taken by you').waitFor();

      // Who had it sees that it is theirs no more, and does not take it back by the same key.
      await row.getByText('Somebody else has done or taken this.').waitFor();
      await page.getByRole('link', { name: 'My team' }).click();
      const known = page.locator('.work > li', { hasText: reference });
      await known.getByText('Taken by approver-2@acme').waitFor();
      await known.focus();
      await page.keyboard.press('a');
      await page.getByRole('status').filter({ hasText: 'A colleague has it' }).waitFor();
      await shared.getByRole('button', { name: 'Give back' }).click();
      await theirs.getByRole('link', { name: 'Unassigned' }).click();
      await theirs.locator('.work > li', { hasText: reference }).waitFor();
      expect([...seat.troubles, ...colleague.troubles]).toEqual([]);
    }, 90_000);

    it('says who may act, where one may not', async () => {
      await using seat = await desk.seat('operator');
      const page = await seat.open('/today?whose=all');
      await page
        .getByRole('button', { name: /^Review Approve payment/ })
        .first()
        .click();
      const act = page.getByRole('button', { name: /^Approve £/ });
      await act.waitFor();
      expect(await act.getAttribute('aria-disabled')).toBe('true');
      await page.getByText('For the role approver. A tenant administrator grants it.').waitFor();
    }, 60_000);
  });

  describe('live', () => {
    it('one connection serves five tabs', async () => {
      await using seat = await desk.seat('operator');
      for (let tab = 0; tab < 5; tab += 1) {
        const page = await seat.context.newPage();
        await page.goto(`${house.api}/today`);
        await live(page);
      }
      expect(await desk.sharedWorkers()).toBe(1);
    }, 90_000);

    it('tells of a new shipment within three seconds, holds still while it is paused, and misses nothing after', async () => {
      await using seat = await desk.seat('operator');
      const page = await board(seat);
      await live(page);
      const open = (): Promise<unknown> =>
        house
          .as('operator')
          .call(openShipment, { body: particulars(engagement.engagementId, `LIVE-${newRunId().toUpperCase()}`) });
      await open();
      await page.getByRole('button', { name: /^Apply \d+ change/ }).waitFor({ timeout: 10_000 });
      await page.keyboard.press('.');
      await page.getByRole('button', { name: /^Apply/ }).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Pause live updates' }).click();
      const position = await page.locator('main').getAttribute('data-position');
      await open();
      await until('the API has it', async () => {
        const answer = await fetch(`${house.api}/v1/board/summary`, {
          headers: { Authorization: `Bearer ${await house.token('operator@acme')}` },
        });
        return BigInt(((await answer.json()) as { position: string }).position) > BigInt(position ?? '0');
      });
      expect(await page.locator('main').getAttribute('data-position')).toBe(position);
      await page.getByRole('button', { name: 'Resume live updates' }).click();
      await until(
        'it caught up',
        async () => BigInt((await page.locator('main').getAttribute('data-position')) ?? '0') > BigInt(position ?? '0'),
      );
    }, 90_000);

    it('holds still under fifty changes a second: nothing shifts, and paused nothing inside the table changes at all', async () => {
      await using seat = await desk.seat('operator');
      const underWay = new Set<Request>();
      seat.page.on('request', (request) => {
        if (request.url().includes('/v1/board/')) underWay.add(request);
      });
      for (const end of ['requestfinished', 'requestfailed'] as const)
        seat.page.on(end as 'requestfinished', (request) => underWay.delete(request));
      const page = await board(seat, '/board?q=crowd');
      await live(page);
      const grid = page.getByRole('grid', { name: 'Shipments' });
      const shown = async (): Promise<number> => Number(await page.locator('main').getAttribute('data-position'));
      const there = async (): Promise<number> =>
        Number((await house.as('operator').call(showBoardSummary, { query: {} })).position);
      await grid.evaluate((element) => {
        element.scrollTop = 640;
        const watched = { shifted: 0, mutations: 0 };
        Object.assign(window, { watched });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) watched.shifted += (entry as unknown as { value: number }).value;
        }).observe({ type: 'layout-shift' });
      });
      const watched = (): Promise<{ shifted: number; mutations: number }> =>
        page.evaluate(() => (window as unknown as { watched: { shifted: number; mutations: number } }).watched);
      const before = await shown();
      const stirring = await stir(house.platform.postgresUrl, 'acme', 50);
      try {
        await until('the page has followed 150 changes', async () => (await shown()) >= before + 150);
        expect((await watched()).shifted).toBeLessThanOrEqual(0.02);
        expect(await grid.evaluate(({ scrollTop }) => scrollTop)).toBe(640);

        await page.getByRole('button', { name: 'Pause live updates' }).click();
        await until('what was asked for before has come', () => Promise.resolve(underWay.size === 0));
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        const [paused, told] = [await shown(), await there()];
        await grid.evaluate((element) => {
          const { watched } = window as unknown as { watched: { mutations: number } };
          new MutationObserver((list) => (watched.mutations += list.length)).observe(element, {
            subtree: true,
            childList: true,
            attributes: true,
            characterData: true,
          });
        });
        await until('the API has 150 more', async () => (await there()) >= told + 150);
        expect([await shown(), (await watched()).mutations]).toEqual([paused, 0]);
      } finally {
        await stirring.stop();
      }
      await page.getByRole('button', { name: 'Resume live updates' }).click();
      const all = await there();
      await until('nothing is missing', async () => (await shown()) >= all);
    }, 90_000);

    it('says when the network is gone, takes the acts away, and comes back by itself', async () => {
      await using seat = await desk.seat('approver');
      const page = await seat.open('/today');
      await live(page);
      await page
        .getByRole('button', { name: /^Review/ })
        .first()
        .click();
      await seat.context.setOffline(true);
      await page
        .getByRole('status')
        .filter({ hasText: /^Offline, as of/ })
        .waitFor({ timeout: 5_000 });
      const act = page.getByRole('button', { name: /^Approve £/ });
      expect(await act.getAttribute('aria-disabled')).toBe('true');
      await page.getByText('There is no connection: nothing can be decided now.').waitFor();
      await seat.context.setOffline(false);
      await live(page);
      expect(await act.getAttribute('aria-disabled')).toBeNull();
    }, 60_000);
  });

  describe('the board', () => {
    it('holds thousands of rows in few nodes; End reaches the last, and the focus stays on the grid', async () => {
      await using seat = await desk.seat('operator');
      const page = await board(seat);
      const grid = page.getByRole('grid', { name: 'Shipments' });
      expect(Number(await grid.getAttribute('aria-rowcount'))).toBeGreaterThan(CROWD);
      expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(1_500);
      await grid.focus();
      await page.keyboard.press('End');
      const rowcount = await grid.getAttribute('aria-rowcount');
      await page.locator(`.grid-row[aria-rowindex="${rowcount}"][data-active]`).waitFor();
      expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('grid');
      const active = await grid.getAttribute('aria-activedescendant');
      await page.locator(`[id="${active}"]`).waitFor();
    }, 60_000);

    it('keeps filter, order, columns and peek in its link, for another person too; Back finds the row again', async () => {
      await using seat = await desk.seat('operator');
      const page = await board(
        seat,
        '/board?cols=reference,payable,status&sort=payable&direction=descending&to=GB&q=crowd',
      );
      const shown = await firstRow(page).textContent();
      expect(shown).toContain('£');
      await page.getByRole('grid').focus();
      await page.keyboard.press('Space');
      await page.getByRole('complementary', { name: 'Shipment beside the table' }).waitFor();
      const link = page.url();
      expect(link).toContain('peek=');
      await using other = await desk.seat('administrator');
      const theirs = await board(other, link.slice(house.api.length));
      await theirs.getByRole('complementary', { name: 'Shipment beside the table' }).waitFor();
      await until('the same first row', async () => (await firstRow(theirs).textContent()) === shown);
      await page.getByRole('grid').focus();
      for (let step = 0; step < 5; step += 1) await page.keyboard.press('j');
      const active = await page.locator('.grid-row[data-active]').getAttribute('aria-rowindex');
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/shipments\//);
      await page.goBack();
      await page.locator(`.grid-row[data-active][aria-rowindex="${active}"]`).waitFor();
      await until('the focus is on the grid', () =>
        page.evaluate(() => document.activeElement?.getAttribute('role') === 'grid'),
      );
    }, 90_000);

    it('estimates a delivery from like cases as a range and as dots, and says how many there are where they are too few', async () => {
      await using seat = await desk.seat('operator');
      const page = await board(seat, '/board?to=GB&stage=clearance&q=crowd');
      expect(await firstRow(page).textContent()).toMatch(/\d+ [A-Z][a-z]+ – \d+ [A-Z][a-z]+/);
      await page.getByRole('grid').focus();
      await page.keyboard.press('Space');
      const estimate = page.getByRole('region', { name: 'Delivery estimate' });
      await estimate.getByText(/^Half by .*, nine of ten by .*, London$/).waitFor();
      expect(await estimate.locator('circle').count()).toBe(20);
      expect(await seat.wrongs()).toEqual([]);
      await board(seat, '/board?to=US&stage=clearance&q=crowd');
      await firstRow(page).getByText('no estimate, 0 like cases').waitFor();
    }, 60_000);

    it('shares a view with the company, and moves columns by keyboard', async () => {
      const name = `Late to GB ${newRunId()}`;
      await using seat = await desk.seat('operator');
      const page = await board(seat, '/board?to=GB');
      await page.getByRole('button', { name: 'Save view' }).click();
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Shared with everybody in this company').check();
      await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
      await page.waitForURL(/view=/);
      await page.getByRole('button', { name: 'Columns' }).click();
      await page.getByRole('button', { name: 'Move Status up' }).focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(/cols=/);
      await page.getByRole('button', { name: 'Done' }).click();
      await using other = await desk.seat('compliance');
      const theirs = await board(other);
      await theirs.getByLabel('View', { exact: true }).selectOption({ label: `${name} (shared)` });
      await theirs.waitForURL(/to=GB/);
    }, 90_000);

    it('gives a CSV of as many rows as it shows, made by the server', async () => {
      await using seat = await desk.seat('operator');
      const page = await board(seat, '/board?q=crowd-12');
      const rows = Number(await page.getByRole('grid').getAttribute('aria-rowcount')) - 1;
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'CSV' }).click(),
      ]);
      const text = readFileSync(await file.path(), 'utf8');
      expect(text.startsWith('\uFEFFreference,')).toBe(true);
      expect(text.trimEnd().split('\r\n')).toHaveLength(rows + 1);
      const [about] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'What the file holds, as JSON' }).click(),
      ]);
      expect(about.suggestedFilename()).toBe('board.csv.meta.json');
      const { exportId, ...told } = JSON.parse(readFileSync(await about.path(), 'utf8')) as Record<string, unknown>;
      expect(told).toMatchObject({ rows, view: { q: 'crowd-12' }, takenBy: 'user:operator@acme' });
      await until('the export is in the log', async () => {
        const { items } = await house
          .as('auditor')
          .call(listLogEntries, { query: { type: 'tidewaiter.shipments.ViewExported.v1', limit: 20 } });
        return items.some(({ stream }) => stream === `export-${String(exportId)}`);
      });
    }, 60_000);

    it('shows legal times in the authority’s city, wherever the browser stands', async () => {
      await using seat = await desk.seat('operator', { zone: 'America/Los_Angeles' });
      const page = await board(seat, '/board?to=GB&waiting=us&q=crowd');
      await page
        .getByText(/London$/)
        .first()
        .waitFor();
      await page.locator('.board-count').filter({ hasText: 'recorded times in America/Los_Angeles' }).waitFor();
      await board(seat, '/board?to=GB&tz=UTC');
      await page.locator('.board-count').filter({ hasText: 'recorded times in UTC' }).waitFor();
    }, 60_000);
  });

  it('finds a shipment by its reference in the palette, and single letters do nothing in fields', async () => {
    await using seat = await desk.seat('operator');
    const page = await seat.open('/today');
    await page.keyboard.press('/');
    const field = page.getByRole('combobox', { name: 'Reference, MRN, container, party or act' });
    await field.fill('crowd-1234');
    await page.getByRole('option', { name: /CROWD-1234/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/shipments\//);
    await seat.open('/shipments/new');
    await page.getByLabel('Reference').fill('');
    await page.getByLabel('Reference').pressSequentially('gt?/');
    expect(await page.getByLabel('Reference').inputValue()).toBe('gt?/');
    // What is typed outlives a reload of the tab.
    await page.reload();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.getByLabel('Reference').inputValue()).toBe('gt?/');
  }, 60_000);

  it('writes an amount digit for digit, and single keys can be turned off', async () => {
    await using seat = await desk.seat('operator');
    const page = await seat.open('/style');
    await page.getByText('£12,345,678,901,234,567.89').first().waitFor();
    await page.keyboard.press('?');
    await page.getByLabel(/Single letters answer/).uncheck();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('b');
    await page.keyboard.press('/');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Search and act' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/style');
  }, 60_000);

  it('ask for a fresh sign-in before an approval, keep the page as it is, and approve nothing by signing in', async () => {
    const { shipmentId } = await shipped(house.as('operator'), engagement);
    const task = await waiting(house.as('approver'), shipmentId, 'approve-payment');
    const approvals = async (): Promise<number> =>
      (await house.as('approver').call(listPayments, { params: { shipmentId } })).items[0]!.approvals.length;
    await using seat = await desk.seat('approver');
    const sessions = new Sessions(Buffer.from(house.platform.secrets.sessionKey, 'base64'), false);
    const [cookie] = (await seat.context.cookies()).filter(({ name }) => name === 'tidewaiter');
    const session = (await sessions.open(`tidewaiter=${cookie!.value}`))!;
    const old = await sessions.seal({ ...session, signedIn: session.signedIn - 301 });
    await seat.context.addCookies([{ ...cookie!, value: old }]);

    // By hand as well: the server is who asks.
    const refused = await fetch(`${house.api}/v1/tasks/${task.taskId}/decision`, {
      method: 'POST',
      headers: {
        Cookie: `tidewaiter=${old}`,
        Origin: house.api,
        'Content-Type': 'application/json',
        'Idempotency-Key': newRunId(),
        'If-Match': `"${task.version}"`,
      },
      body: JSON.stringify({ approve: true, digest: task.about['digest'] }),
    });
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
      403,
      'identity.sign-in.too-old',
    ]);

    const page = await seat.open(`/shipments/${shipmentId}/money`);
    const approve = page.getByRole('button', { name: /^Approve .* to / });
    await approve.click();
    const asked = page.getByRole('alertdialog', { name: 'Approvals ask for a fresh sign-in' });
    await asked.waitFor();
    const [tab] = await Promise.all([
      seat.context.waitForEvent('page'),
      asked.getByRole('link', { name: 'Sign in again' }).click(),
    ]);
    if (!tab.isClosed()) await tab.waitForEvent('close');
    await asked.waitFor({ state: 'detached' });
    expect(await approvals()).toBe(0);
    await approve.click();
    await until('the approval', async () => (await approvals()) === 1);
  }, 120_000);

  it('asks what is open before it says a total, and its request gives the same by API', async () => {
    await using seat = await desk.seat('operator');
    const page = await seat.open('/calculator');
    await page.getByLabel('Commodity code').fill('8517130000');
    await page.getByRole('button', { name: 'Work it out' }).click();
    await page.getByRole('heading', { name: 'No total yet' }).waitFor();
    await page.getByLabel('Price').fill('790.00');
    await page.getByLabel('Freight').fill('94.80');
    await page.getByLabel('Insurance').fill('6.32');
    await page.getByLabel('Net mass, kg').fill('12.5');
    await page.getByLabel('Pieces').fill('10');
    const [request] = await Promise.all([
      page.waitForRequest(/assessments\/preview/),
      page.getByRole('button', { name: 'Work it out' }).click(),
    ]);
    const body = request.postDataJSON() as never;
    const answer = await house.as('operator').call(previewAssessment, { body });
    if (answer.totals)
      await page.getByRole('heading', { name: new RegExp(answer.totals.payableNow.replace('.', '\\.')) }).waitFor();
    else await page.getByText(/open question/).waitFor();
  }, 60_000);

  it('say on every page who outside is simulated, and set their clock ahead', async () => {
    await using seat = await desk.seat('operator');
    const page = await seat.open('/engagements');
    const ribbon = page.getByRole('complementary', { name: 'Simulation' });
    await ribbon.getByText('Simulated authority, bank, carrier').waitFor();
    await ribbon.getByText('clock as ours').waitFor();
    await ribbon.getByLabel('How far to advance').selectOption('1 hour');
    await ribbon.getByRole('button', { name: 'Advance' }).click();
    await ribbon.getByText('clock +1 hour').waitFor();
    await using auditor = await desk.seat('auditor');
    const seen = await auditor.open('/audit');
    await seen.getByRole('complementary', { name: 'Simulation' }).getByText('clock +1 hour').waitFor();
    expect(await seen.getByRole('button', { name: 'Advance' }).count()).toBe(0);
  }, 60_000);

  describe('the partners’ pages', () => {
    let receiver: Receiver;
    let endpointId: string;
    const secrets: string[] = [];
    const bodyOf = (page: Page): Promise<string> => page.evaluate(() => document.documentElement.outerHTML);

    beforeAll(async () => {
      receiver = await Receiver.open();
    });
    afterAll(() => receiver?.close());

    /** The secret in the dialog that shows it, which is closed then. */
    const secretShown = async (page: Page): Promise<string> => {
      const dialog = page.getByRole('alertdialog', { name: 'Signing secret, shown this once' });
      const secret = (await dialog.getByText(/^whsec_/).textContent())!;
      await dialog.getByRole('button', { name: 'I have kept it' }).click();
      await dialog.waitFor({ state: 'detached' });
      return secret;
    };

    it('add an endpoint, and show its secret this once', async () => {
      await using seat = await desk.seat('partner');
      const page = await seat.open('/partners');
      await page.getByRole('heading', { name: 'Endpoints', level: 1 }).waitFor();
      await page.getByLabel('Address').fill('https://10.0.0.1/hook');
      await page.getByLabel('Types').fill('shipments.*');
      await page.getByRole('button', { name: 'Add the endpoint' }).click();
      await page
        .getByRole('alert', { name: 'There is a problem' })
        .getByText(/public internet/)
        .waitFor();
      await page.getByLabel('Address').fill(receiver.url);
      await page.getByRole('button', { name: 'Add the endpoint' }).click();
      secrets.push(await secretShown(page));
      await page.getByRole('row', { name: /Enabled/ }).waitFor();
      expect(await bodyOf(page)).not.toContain(secrets[0]);
      expect(seat.troubles).toEqual([]);
      const { items } = await house.as('partner').call(listEndpoints);
      endpointId = items[0]!.endpointId;
    }, 60_000);

    it('say of a failing endpoint when it is tried next and what waits; a retry keeps the webhook-id', async () => {
      receiver.answer = status(503, {}, 'down for an hour');
      const { shipmentId } = await house
        .as('operator')
        .call(openShipment, { body: particulars(engagement.engagementId, `HOOK-${newRunId().toUpperCase()}`) });
      await using seat = await desk.seat('partner');
      const page = await seat.open(`/partners/deliveries?shipment=${shipmentId}&status=failing`);
      const row = page.getByRole('row', { name: /shipments\.ShipmentOpened/ });
      await row.getByText(/next in \d+ (s|min)/).waitFor();
      await row.getByText(/\d+ later events? of this shipment waits?/).waitFor();
      await row.getByText(/^503 in \d+ ms$/).waitFor();
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        expect(await seat.wrongs()).toEqual([]);
      }
      receiver.answer = status(204);
      await row.getByRole('button', { name: /^Retry now/ }).click();
      const opened = (): Received[] =>
        receiver.received.filter(
          ({ event }) => event.subject === shipmentId && event.type === 'tidewaiter.shipments.ShipmentOpened.v1',
        );
      await until('it arrived', async () => {
        const { items } = await house
          .as('partner')
          .call(listWebhookDeliveries, { query: { limit: 200, shipment: shipmentId, status: 'sent' } });
        return items.some(({ type }) => type === 'shipments.ShipmentOpened');
      });
      expect(opened().length).toBeGreaterThanOrEqual(2);
      expect(new Set(opened().map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      const [delivery] = (
        await house.as('partner').call(listWebhookDeliveries, {
          query: { limit: 200, shipment: shipmentId, type: 'shipments.ShipmentOpened' },
        })
      ).items;
      expect(opened()[0]!.headers['webhook-id']).toBe(delivery!.deliveryId);
      await seat.open(`/partners/deliveries/${delivery!.deliveryId}`);
      await page
        .getByText(/^503 in/)
        .first()
        .click();
      await page.getByText('down for an hour').first().waitFor();
      const acts = page.getByRole('region', { name: 'Acts of people', exact: true });
      await acts.getByRole('row', { name: /Sent again.*no reason given/ }).waitFor();
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        expect(await seat.wrongs()).toEqual([]);
      }
      await until('the lane has gone on', async () => {
        const { items } = await house
          .as('partner')
          .call(listWebhookDeliveries, { query: { limit: 200, shipment: shipmentId } });
        return items.length > 1 && items.every((each) => each.status === 'sent');
      });

      // A replay by filter sends exactly what its dry run counted.
      const filter = `shipment=${shipmentId}&status=sent&type=shipments.ShipmentOpened`;
      await seat.open(`/partners/deliveries?${filter}`);
      const before = opened().length;
      await page.getByRole('button', { name: 'Replay by this filter…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Send again' });
      await dialog.getByText(/^Dry run: 1 event in 1 lane/).waitFor();
      expect(opened()).toHaveLength(before);
      await dialog.getByLabel('Because').fill('their disk was full');
      await dialog.getByRole('button', { name: 'Send 1 again' }).click();
      await dialog.waitFor({ state: 'detached' });
      await until('it was sent again', async () => opened().length > before);
      await seat.open(`/partners/deliveries/${delivery!.deliveryId}`);
      await acts.getByRole('row', { name: /Replayed by filter.*their disk was full/ }).waitFor();
      await until('the log has who pressed', async () => {
        const { items } = await house
          .as('auditor')
          .call(listLogEntries, { query: { stream: `endpoint-${endpointId}`, limit: 20 } });
        return items.some(({ type }) => type === 'tidewaiter.partners.DeliveryRetried.v1');
      });
      const { attempts } = await house
        .as('partner')
        .call(showWebhookDelivery, { params: { deliveryId: delivery!.deliveryId } });
      expect([opened().length - before, attempts.length]).toEqual([1, opened().length]);
      expect(new Set(opened().map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      expect(seat.troubles).toEqual([]);
    }, 120_000);

    it('check a signature by a secret that leaves the page in no request and is kept nowhere', async () => {
      const { items } = await house.as('partner').call(listWebhookDeliveries, { query: { limit: 1, status: 'sent' } });
      const { deliveryId, type } = items[0]!;
      await using seat = await desk.seat('partner');
      const page = await seat.open(`/partners/deliveries/${deliveryId}`);
      const asked: string[] = [];
      page.on('request', (request) => asked.push(`${request.url()} ${request.postData() ?? ''}`));
      const panel = page.getByRole('region', { name: 'Check a signature' });
      const check = async (heading: string): Promise<void> => {
        await panel.getByRole('button', { name: 'Check the signature' }).click();
        await panel.getByRole('heading', { name: heading }).waitFor();
      };
      await panel.getByLabel('Signing secret').fill(secrets[0]!);
      await check('It verifies');
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        expect(await seat.wrongs()).toEqual([]);
      }
      const body = await panel.getByLabel('Body as it came').inputValue();
      expect(body).toContain(`tidewaiter.${type}.v1`);
      await panel.getByLabel('Body as it came').fill(body.replace('1.0', '1.1'));
      await check('It does not verify');
      await panel.getByText('body-changed').waitFor();
      await panel.getByLabel('Body as it came').fill(JSON.stringify(JSON.parse(body), null, 2));
      await check('It does not verify');
      await panel.getByText('body-reserialised').waitFor();
      await panel.getByLabel('Body as it came').fill(body);
      await panel.getByLabel('When it came').fill('');
      await panel.getByLabel('Signing secret').fill(`whsec_${Buffer.alloc(32, 9).toString('base64')}`);
      await check('It does not verify');
      await panel.getByText('secret-other').waitFor();

      await panel.getByLabel('Signing secret').fill(secrets[0]!);
      await panel
        .getByLabel('What your program works out')
        .fill(createHmac('sha256', secrets[0]!).update(body).digest('hex'));
      await panel.getByRole('button', { name: 'Check the signature' }).click();
      await panel.getByText('The key is the text of the whole secret.').waitFor();
      await panel.getByText('Only the body is signed.').waitFor();

      // The same from a terminal, by exit code.
      const got = receiver.received.find(({ headers }) => headers['webhook-id'] === deliveryId)!;
      const folder = mkdtempSync(join(tmpdir(), 'tidewaiter-hook-'));
      const put = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      expect((await house.command('login', '--as', 'partner')).code).toBe(0);
      const options = [
        '--headers',
        put('headers', JSON.stringify(got.headers)),
        '--secret-file',
        put('secret', secrets[0]!),
      ];
      const checked = async (text: string) => {
        const { code, stdout } = await house.command(
          'partner',
          'check-signature',
          put('body', text),
          ...options,
          '--compare',
          '--tolerance',
          '3600',
        );
        const { verdict, faults } = JSON.parse(stdout) as WebhookCheck;
        return [code, verdict, faults.map((fault) => fault.code)];
      };
      expect(await checked(got.body)).toEqual([0, 'verified', []]);
      expect(await checked(got.body.replace('1.0', '1.1'))).toEqual([7, 'not-verified', ['body-changed']]);

      // The same from what was received alone: the page looks up what was sent under its webhook-id.
      await seat.open('/partners/signature');
      await panel.getByLabel('Endpoint').selectOption(endpointId);
      await panel.getByLabel('Body as it came').fill(got.body);
      await panel.getByLabel('Headers').fill(JSON.stringify(got.headers));
      await panel.getByLabel('Signing secret').fill(secrets[0]!);
      await check('It verifies');
      await panel.getByText('Compared with what was sent under this webhook-id.').waitFor();
      const kept = await page.evaluate(() =>
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]),
      );
      for (const text of [...asked, kept]) expect(text).not.toContain(secrets[0]!.slice('whsec_'.length, 20));
      expect(seat.troubles).toEqual([]);
    }, 60_000);

    it('rotate a secret: two signatures, a test with the new one alone, one signature; no secret stays anywhere', async () => {
      await using seat = await desk.seat('partner');
      const page = await seat.open(`/partners/endpoints/${endpointId}`);
      await page.getByRole('button', { name: 'Make a new secret' }).click();
      secrets.push(await secretShown(page));
      const test = async (button: string): Promise<string[]> => {
        const before = receiver.received.length;
        await page.getByRole('button', { name: button, exact: true }).click();
        await until('the test came', async () => receiver.received.length > before);
        const sent = receiver.received.slice(before).find(({ event }) => event.type === 'tidewaiter.partners.Test.v1');
        return signersOf(sent!, secrets);
      };
      expect(await test('Send a test')).toEqual(secrets);
      expect(await test('Test with the newest alone')).toEqual([secrets[1]]);
      await page
        .getByText(/^Test arrived: 204/)
        .first()
        .waitFor();
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        expect(await seat.wrongs()).toEqual([]);
      }
      await page.getByRole('button', { name: 'Show as table' }).click();
      await page
        .getByRole('region', { name: 'Tries by hour, scrolls' })
        .getByRole('columnheader', { name: 'Success' })
        .waitFor();
      await page.getByText(/^positions 1 to \d+ are of the last 30 days$/).waitFor();
      await page.getByLabel('Which').selectOption('never sent');
      await page.getByRole('button', { name: 'Replay from there…' }).click();
      const dry = page.getByRole('dialog', { name: 'Send again' });
      await dry.getByText(/^Dry run: \d+ events? in \d+ lanes?/).waitFor();
      await dry.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Retire secret 1' }).click();
      await page.getByRole('button', { name: 'Retire the old secret' }).waitFor();
      expect(await test('Send a test')).toEqual([secrets[1]]);
      await seat.open('/partners/endpoints');
      await page.goBack();
      await page.getByRole('heading', { name: 'Signing secrets' }).waitFor();
      const told = [
        await bodyOf(page),
        await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])),
        JSON.stringify(await house.as('partner').call(showEndpoint, { params: { endpointId } })),
        JSON.stringify(await house.as('partner').call(listEndpoints)),
      ];
      for (const secret of secrets) for (const text of told) expect(text.includes(secret)).toBe(false);
      await until('the log has the rotation', async () => {
        const { items } = await house
          .as('auditor')
          .call(listLogEntries, { query: { stream: `endpoint-${endpointId}`, limit: 20 } });
        return items.some(({ type }) => type === 'tidewaiter.partners.EndpointSecretRetired.v1');
      });
      expect(seat.troubles).toEqual([]);
    }, 120_000);

    it('tell of a type what it says, who takes it and what came when, and subscribe an endpoint to it', async () => {
      await using seat = await desk.seat('partner');
      const page = await seat.open('/partners/catalogue');
      await page.getByLabel('Find a type').fill('leave customs');
      await page.getByLabel('From').selectOption('customs');
      await page.waitForURL(/context=customs&find=leave/);
      await page.getByRole('link', { name: 'customs.GoodsReleased', exact: true }).click();
      await page.getByRole('heading', { name: 'customs.GoodsReleased', level: 1 }).waitFor();
      await page.getByText('"type": "tidewaiter.customs.GoodsReleased.v1"').waitFor();
      await page.getByRole('region', { name: 'Changes', exact: true }).getByText('/authorityVersion').waitFor();
      const takers = page.getByRole('region', { name: 'Endpoints that take it' });
      await takers.getByText('None of your endpoints takes it.').waitFor();
      await takers.getByLabel('Endpoint that does not').selectOption(endpointId);
      await takers.getByRole('button', { name: 'Subscribe it to this type' }).click();
      await takers.getByText('by customs.GoodsReleased').waitFor();
      const { types } = await house.as('partner').call(showEndpoint, { params: { endpointId } });
      expect(types).toEqual(['customs.GoodsReleased', 'shipments.*']);
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        expect(await seat.wrongs()).toEqual([]);
      }
      await seat.open('/partners/catalogue');
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download the AsyncAPI file' }).click(),
      ]);
      expect(file.suggestedFilename()).toBe('tidewaiter-asyncapi.json');
      expect(seat.troubles).toEqual([]);
    }, 60_000);

    it('show what is recorded within two seconds on the tail, and a pause loses none', async () => {
      await using seat = await desk.seat('partner');
      const page = await seat.open('/partners/tail');
      await page.getByLabel('Only types that hold').fill('ShipmentOpened');
      const rows = page.locator('details.tail');
      const open = (): Promise<unknown> =>
        house
          .as('operator')
          .call(openShipment, { body: particulars(engagement.engagementId, `TAIL-${newRunId().toUpperCase()}`) });
      await open();
      await rows.nth(0).waitFor({ timeout: 2_000 });
      await page.getByRole('button', { name: 'Pause the tail' }).click();
      const before = await rows.count();
      await open();
      await open();
      await page.getByRole('button', { name: 'Go on' }).click();
      await until('none is missing', async () => (await rows.count()) >= before + 2);

      // Asked of the server: only those come, and curl asks for the same.
      await page.getByLabel('Type', { exact: true }).fill('shipments.ShipmentOpened');
      await page.getByRole('button', { name: 'Listen' }).click();
      await page.waitForURL(/type=shipments\.ShipmentOpened/);
      await page.getByText('Listening').waitFor();
      await open();
      await rows.nth(0).waitFor({ timeout: 2_000 });
      await open();
      await until('the next came', async () => (await rows.count()) >= 2);
      for (const text of await rows.allTextContents()) expect(text).toContain('shipments.ShipmentOpened.v1');
      expect(seat.troubles).toEqual([]);
    }, 60_000);

    it('end their streams with the sign-in that opened them, and say why', async () => {
      const stream = async (path: string, token: string): Promise<string> =>
        (await fetch(`${house.api}${path}`, { headers: { Authorization: `Bearer ${token}` } })).text();
      const told = await Promise.all([
        stream('/v1/events', await house.token('partner@acme', 2)),
        stream('/v1/feed', await house.token('operator@acme', 2)),
      ]);
      for (const text of told)
        expect(text).toMatch(/\nevent: end\ndata: \{.*"code":"identity\.token\.expired".*\}\n\n$/);
    }, 60_000);

    it('make a key that is shown once, opens its scope and nothing else, and is revoked', async () => {
      await using seat = await desk.seat('partner');
      const page = await seat.open('/partners/keys');
      await page.getByLabel('Name').fill('their ERP');
      await page.getByLabel('Ends').fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10));
      await page.getByLabel(/^Look at endpoints and deliveries/).check();
      await page.getByLabel(/^Follow the live feed/).uncheck();
      await page.getByRole('button', { name: 'Make the key' }).click();
      const dialog = page.getByRole('alertdialog', { name: 'Key, shown this once' });
      const key = (await dialog.getByText(/^twk_acme\./).textContent())!;
      await dialog.getByRole('button', { name: 'I have kept it' }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(await bodyOf(page)).not.toContain(key.split('.')[2]);
      const called = async (path: string): Promise<number> =>
        (await fetch(`${house.api}${path}`, { headers: { Authorization: `Bearer ${key}` } })).status;
      expect([await called('/v1/webhook-deliveries'), await called('/v1/shipments')]).toEqual([200, 403]);
      await page.getByRole('button', { name: 'Revoke the key of their ERP' }).click();
      await page.getByText('Revoked', { exact: true }).waitFor();
      expect(await called('/v1/webhook-deliveries')).toBe(401);
      expect(await seat.wrongs()).toEqual([]);
      expect(seat.troubles).toEqual([]);
    }, 60_000);

    it('let an operator look and not touch, and show a stranger’s thing like one that does not exist', async () => {
      await using seat = await desk.seat('operator');
      const page = await seat.open(`/partners/endpoints/${endpointId}`);
      const rotate = page.getByRole('button', { name: 'Make a new secret' });
      expect(await rotate.getAttribute('aria-disabled')).toBe('true');
      await page
        .getByText(/For partner developers and tenant administrators/)
        .first()
        .waitFor();
      await seat.open(`/partners/endpoints/${crypto.randomUUID()}`);
      await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    }, 60_000);
  });
});
