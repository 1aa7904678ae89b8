import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  changeGuaranteeLimit,
  decideTask,
  forecastGuarantee,
  liftHold,
  listComments,
  listDeclarations,
  listGuarantees,
  listPeople,
  openShipment,
  placeHold,
  reportSeparationOfDuties,
  search,
  showGuarantee,
  showLedger,
  showTask,
  type AnswerOf,
  type openEngagement,
} from '@tidewaiter/contracts';
import { plusDays } from '@tidewaiter/kernel';
import { customer, hand, paper, PAPERS, particulars, type Paper } from '../consignment.js';
import { House, newRunId } from '../house.js';
import { until } from '../waiting.js';
import { thirtyDaysOf } from './crowd.js';
import { Desk } from './desk.js';
import { shipped, waiting } from './papers.js';

const shots = process.env['CONSOLE_SHOTS'];
/** Enquiries that the authority does not answer: the page is looked at meanwhile. */
const SILENT_ENQUIRIES = 7;

describe('the console’s pages of the house', () => {
  let house: House;
  let desk: Desk;
  /** whose guarantee is too small, and whose is large */
  let engagement: AnswerOf<typeof openEngagement>;
  let large: AnswerOf<typeof openEngagement>;
  /** a guarantee that is too small, and one that was used for a month */
  let [small, used] = ['', ''];

  beforeAll(async () => {
    house = await House.open('one');
    if (shots) mkdirSync(shots, { recursive: true });
    desk = await Desk.open(house.api);
    engagement = await customer(house.as('operator'), '10.00');
    large = await customer(house.as('operator'));
    const { items } = await house.as('operator').call(listGuarantees, { query: { limit: 200 } });
    const behind = (id: string): string => items.find((each) => each.importerId === id)!.guaranteeId;
    [small, used] = [behind(engagement.importerId), behind(large.importerId)];
    await thirtyDaysOf(house.platform.postgresUrl, 'acme', used);
  }, 300_000);
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  }, 60_000);

  it.each(['light', 'dark'] as const)(
    'stand in %s without a fault that axe finds, an error or a foreign request',
    async (theme) => {
      await using seat = await desk.seat('administrator', { theme });
      const wrongs: string[] = [];
      const pages = {
        guarantees: '/guarantees',
        'guarantee-small': `/guarantees/${small}`,
        'guarantee-used': `/guarantees/${used}`,
        'admin-users': '/admin/users',
        'admin-keys': '/admin/keys',
        'admin-retention': '/admin/retention',
      };
      for (const [name, path] of Object.entries(pages)) {
        const page = await seat.open(path);
        wrongs.push(...(await seat.wrongs()).map((wrong) => `${path}: ${wrong}`));
        if (shots) await page.screenshot({ path: join(shots, `${name}-${theme}.png`), fullPage: true });
      }
      expect(wrongs).toEqual([]);
      expect(seat.troubles).toEqual([]);
    },
    120_000,
  );

  it('the separation report: nothing that was not kept apart, the refused attempt, and what was approved is what was sent', async () => {
    const { shipmentId, reference } = await shipped(house.as('operator'), large);
    const approve = async (who: string): Promise<void> => {
      const { taskId, version, about } = await waiting(house.as(who), shipmentId, 'approve-payment');
      const body = { approve: true, digest: about['digest'] };
      await house.as(who).call(decideTask, { params: { taskId }, body }, { ifMatch: version });
    };
    await approve('approver');
    await expect(approve('approver')).rejects.toMatchObject({ code: 'duties.payment.same-person', status: 422 });
    await approve('approver-2');
    await until('the debit', async () => (await house.outside.debits(reference)).length === 1);
    const placed = await house
      .as('compliance')
      .call(placeHold, { params: { shipmentId }, body: { matter: 'customs audit' } });
    expect(placed.hold).toBe('customs audit');
    await expect(house.as('compliance').call(liftHold, { params: { shipmentId } })).rejects.toMatchObject({
      code: 'audit.hold.same-person',
      status: 422,
    });
    await house.as('administrator').call(liftHold, { params: { shipmentId } });
    await until('both in the log', async () => {
      const { items } = await house.as('auditor').call(reportSeparationOfDuties);
      const of = items.filter((item) => item.shipmentId === shipmentId);
      return of.length === 2 && of.every(({ refused }) => refused.length === 1);
    });

    await using seat = await desk.seat('auditor');
    const page = await seat.open('/audit/duties-separation');
    await page.getByText('Zero violations').waitFor();
    const attempts = page.getByRole('region', { name: 'Refused attempts' });
    await attempts
      .getByRole('row')
      .filter({ hasText: 'user:approver@acme' })
      .getByText('the second approval must be another person’s')
      .waitFor();
    await attempts.getByText('who placed a hold may not lift it').waitFor();
    await page
      .getByRole('region', { name: 'Acts' })
      .getByRole('row')
      .filter({ hasText: 'payment' })
      .getByText('the same', { exact: true })
      .waitFor();
    expect(await seat.wrongs()).toEqual([]);
    if (shots) await page.screenshot({ path: join(shots, 'separation.png'), fullPage: true });
  }, 120_000);

  describe('admin', () => {
    it('refuses an approver with the right and who grants it, and draws no row', async () => {
      await using seat = await desk.seat('approver');
      const [answer] = await Promise.all([
        seat.page.waitForResponse((response) => response.url().endsWith('/v1/people')),
        seat.open('/admin/users'),
      ]);
      expect(answer.status()).toBe(403);
      const { page } = seat;
      await page.getByRole('heading', { name: 'You may not see this page', level: 1 }).waitFor();
      await page.getByText('This needs one of the roles administrator, auditor; you have approver.').waitFor();
      await page.getByText('A tenant administrator has it granted, at the OpenID provider.').waitFor();
      expect(await page.getByRole('row').count()).toBe(0);
      expect(await page.title()).toBe('You may not see this page · Tidewaiter');
      expect(await page.getByRole('link', { name: 'Admin' }).count()).toBe(0);
      expect(await seat.wrongs()).toEqual([]);
    }, 60_000);

    it('shows who was here with which roles, and names a conflict before it is granted', async () => {
      await house.as('operator-2').call(listGuarantees, { query: { limit: 1 } });
      await until('somebody is seen', async () => {
        const { people } = await house.as('administrator').call(listPeople);
        return people.some(({ subject }) => subject === 'operator-2@acme');
      });
      await using seat = await desk.seat('administrator');
      const page = await seat.open('/admin');
      await page
        .getByRole('row')
        .filter({ hasText: 'operator-2@acme' })
        .getByRole('cell', { name: 'operator' })
        .waitFor();
      expect(await page.getByRole('row').filter({ hasText: '@globex' }).count()).toBe(0);
      const before = page.getByRole('region', { name: 'Before you grant' });
      await before.getByLabel('operator').check();
      await before.getByLabel('approver').check();
      await before.getByText('two of them could approve for each other what both of them enter').waitFor();
      await before.getByLabel('operator').uncheck();
      await before.getByLabel('auditor').check();
      await before.getByText('auditor and approver').waitFor();
    }, 60_000);

    it('gives a key that reads the log, shows it once, and ends it at once', async () => {
      await using seat = await desk.seat('administrator');
      const page = await seat.open('/admin/keys');
      const name = `Customs auditor ${newRunId()}`;
      await page.getByRole('textbox', { name: 'Reader' }).fill(name);
      await page.getByLabel('Until').fill(plusDays(new Date().toISOString().slice(0, 10), 30));
      await page.getByRole('button', { name: 'Make the key' }).click();
      const key = (await page.locator('.notice code').textContent())!;
      const read = (): Promise<number> =>
        fetch(`${house.api}/log/acme/key`, { headers: { Authorization: `Bearer ${key}` } }).then(
          ({ status }) => status,
        );
      expect(await read()).toBe(200);
      await page.reload();
      await page.getByRole('rowheader', { name }).waitFor();
      expect(await page.content()).not.toContain(key.split('.').at(-1));
      await page.getByRole('button', { name: `End the key of ${name}` }).click();
      await page.getByRole('row').filter({ hasText: name }).getByText('ended').waitFor();
      expect(await read()).toBe(401);
    }, 60_000);
  });

  it('acts over all that a filter matches: the count first, then a job with its progress, each task once', async () => {
    const operator = house.as('operator');
    const tight = await customer(operator, '10.00');
    const run = `BULK-${newRunId().toUpperCase()}`;
    const ids = await Promise.all(
      [1, 2, 3].map(async (n) => (await shipped(operator, tight, `${run}-${n}`)).shipmentId),
    );
    await Promise.all(ids.map((id) => waiting(operator, id, 'raise-guarantee')));
    const { items } = await operator.call(listGuarantees, { query: { limit: 200 } });
    const { guaranteeId } = items.find(({ importerId }) => importerId === tight.importerId)!;
    await operator.call(changeGuaranteeLimit, {
      params: { guaranteeId },
      body: { limit: { amount: '1000000.00', currency: 'GBP' }, reason: 'rider 3 of the surety' },
    });

    await using seat = await desk.seat('operator');
    const page = await seat.open(`/board?q=${run.toLowerCase()}`);
    await page.getByRole('button', { name: 'Act on all' }).click();
    const dialog = page.getByRole('dialog', { name: 'Act on all that match' });
    await dialog.getByText('All 3 matching shipments').waitFor();
    await dialog.getByRole('button', { name: 'Try again for 3: Raise guarantee' }).click();
    await dialog.getByText('Raise guarantee: 3 of 3').waitFor();
    await dialog.getByText('None of their open tasks can be answered by trying again.').waitFor();
    expect(await dialog.getByRole('progressbar', { name: 'Raise guarantee, done' }).first().getAttribute('value')).toBe(
      '3',
    );
    await dialog.getByRole('button', { name: 'Watch 3', exact: true }).click();
    await dialog.getByRole('button', { name: 'Watch 3 no more' }).waitFor();
    await dialog.getByLabel('Comment on each').fill('The surety has raised the limit.');
    await dialog.getByRole('button', { name: 'Comment on 3' }).click();
    await dialog.getByText('Comment: 3 of 3').waitFor();
    expect(await seat.wrongs()).toEqual([]);
    if (shots) await page.screenshot({ path: join(shots, 'bulk.png') });
    const said = await house.as('auditor').call(listComments, { params: { shipmentId: ids[1]! } });
    expect(said.items).toMatchObject([{ text: 'The surety has raised the limit.', by: 'user:operator@acme' }]);
    await seat.open(`/board?q=${run.toLowerCase()}&watched=me`);
    await page.getByText(/^3 of /).waitFor();
    for (const n of [1, 2, 3])
      await until('one filing each', async () => (await house.outside.filings(`${run}-${n}`)).length === 1);
    await using auditor = await desk.seat('auditor');
    await auditor.open(`/board?q=${run.toLowerCase()}`);
    expect(await auditor.page.getByRole('button', { name: 'Act on all' }).count()).toBe(0);
  }, 180_000);

  it('lets a difference between papers stand with a reason, by a second person, and prints both', async () => {
    const operator = house.as('operator');
    const reference = `DESK-${newRunId().toUpperCase()}`;
    const body = particulars(large.engagementId, reference);
    const { shipmentId } = await operator.call(openShipment, { body });
    await until('the checklist takes papers', async () => {
      for (const type of Object.keys(PAPERS) as Paper[]) {
        const bytes = paper(type, reference);
        // A cent more than its lines add up to.
        const wrong = bytes
          .toString('utf8')
          .replace(
            /(\d\d)(<\/cbc:PayableAmount>)/,
            (_, cents: string, end: string) => `${String((Number(cents) + 1) % 100).padStart(2, '0')}${end}`,
          );
        await hand(
          operator,
          shipmentId,
          type,
          type === 'commercial-invoice' ? Buffer.from(wrong) : bytes,
          `${reference}/${type}`,
        );
      }
      return true;
    });
    const task = await waiting(operator, shipmentId, 'resolve-findings');
    const answer = async (who: string, act: string, reason: string): Promise<void> => {
      await using seat = await desk.seat(who);
      const page = await seat.open(`/shipments/${shipmentId}/documents`);
      const check = page.getByRole('region', { name: 'Cross-check' });
      await check.getByRole('button', { name: `${act} invoice.total-mismatch, because…` }).click();
      expect(await check.getByRole('button', { name: act, exact: true }).getAttribute('aria-disabled')).toBe('true');
      await check.getByLabel('Reason').fill(reason);
      expect(await seat.wrongs()).toEqual([]);
      await check.getByRole('button', { name: act, exact: true }).click();
      await check.getByText(reason).waitFor();
      if (shots) await page.screenshot({ path: join(shots, `difference-${who}.png`), fullPage: true });
    };
    await answer('operator', 'Propose to accept', 'the seller rounded up');
    await using seat = await desk.seat('operator');
    const page = await seat.open(`/shipments/${shipmentId}/documents`);
    await page.getByText('You proposed it: somebody in compliance accepts it.').waitFor();
    await answer('compliance', 'Accept', 'a cent, the lines stand');
    await until('the story goes on', async () => {
      const { status } = await operator.call(showTask, { params: { taskId: task.taskId } });
      return status !== 'open';
    });
    await until('the filing', async () => (await house.outside.filings(reference)).length === 1);
    await seat.open(`/shipments/${shipmentId}/print`);
    await page
      .getByText(
        'Accepted as it is by user:compliance@acme, because: a cent, the lines stand (proposed by user:operator@acme)',
      )
      .waitFor();
  }, 180_000);

  it('finds a shipment by the name of another party', async () => {
    const reference = `DESK-P${newRunId().toUpperCase()}`;
    const body = particulars(large.engagementId, reference);
    const name = `Quayside Lamps ${newRunId()}`;
    const parties = body.parties.map((party, at) => (at === 0 ? { ...party, name } : party));
    await house.as('operator').call(openShipment, { body: { ...body, parties } });
    await until('the board has it', async () => {
      const { items } = await house.as('operator').call(search, { query: { q: name } });
      return items.length === 1;
    });
    await using seat = await desk.seat('operator');
    const page = await seat.open('/today');
    await page.keyboard.press('/');
    const field = page.getByRole('combobox', { name: 'Reference, MRN, container, party or act' });
    await field.fill(name.toLowerCase());
    await page.getByRole('option', { name: reference }).getByText('party').waitFor();
  }, 60_000);

  it('says that the outcome of a filing is unknown, sends nothing again, and asks until it is known', async () => {
    const operator = house.as('operator');
    const reference = `DESK-U${newRunId().toUpperCase()}`;
    await house.outside.script(reference, {
      authority: [
        { on: 'declaration', answer: 'silence', for: '1h' },
        ...Array.from({ length: SILENT_ENQUIRIES }, () => ({ on: 'enquiry', answer: 'http', status: 503 })),
      ],
      faults: [{ cut: 'authority', at: 'after-accept' }],
    });
    const { shipmentId } = await shipped(operator, large, reference);
    await until('the outcome is unknown', async () => {
      const { items } = await operator.call(listDeclarations, { params: { shipmentId } });
      return items.at(-1)?.attempts.at(-1)?.outcome === 'unknown';
    });
    await using seat = await desk.seat('operator');
    const page = await seat.open(`/shipments/${shipmentId}/declaration`);
    await page.getByRole('heading', { name: 'Sent, outcome unknown' }).waitFor();
    const again = page.getByRole('button', { name: 'Send again' });
    expect(await again.getAttribute('aria-disabled')).toBe('true');
    await again.press('Enter');
    await page.getByText('A second transmission would be a new filing').waitFor();
    expect(await seat.wrongs()).toEqual([]);
    if (shots) await page.screenshot({ path: join(shots, 'outcome-unknown.png') });
    expect(await house.outside.filings(reference)).toHaveLength(1);

    // The authority answers the next enquiry, and the page says so by itself.
    await page.getByRole('heading', { name: 'Sent, outcome unknown' }).waitFor({ state: 'detached' });
    expect(await house.outside.filings(reference)).toHaveLength(1);
  }, 120_000);

  describe('a guarantee', () => {
    it('that is too small gives way to cash for one shipment, which is booked', async () => {
      const operator = house.as('operator');
      const { reference, shipmentId } = await shipped(operator, engagement);
      const task = await waiting(operator, shipmentId, 'raise-guarantee');
      const { amount } = task.about as { amount: { amount: string; currency: string } };
      await using seat = await desk.seat('operator');
      const page = await seat.open(`/shipments/${shipmentId}/people`);
      const region = page.getByRole('region', { name: 'Raise guarantee' });
      await region.getByText('Secure it otherwise').click();
      expect(await region.getByLabel('Amount of the security').inputValue()).toBe(amount.amount);
      await region.getByLabel('Reference of the security').fill('DEP-7781');
      await region.getByLabel('Cash lodged on').fill(new Date().toISOString().slice(0, 10));
      expect(await seat.wrongs()).toEqual([]);
      await region.getByRole('button', { name: 'The authority holds this cash' }).click();
      await until('the filing', async () => (await house.outside.filings(reference)).length === 1);
      const ledger = await operator.call(showLedger, { params: { shipmentId } });
      expect(JSON.stringify(ledger)).toContain(amount.amount);
      expect(ledger.balanced).toBe(true);
    }, 120_000);

    it('refuses a filing beyond its headroom before it is sent, says which, and lets it go on once it is raised', async () => {
      const operator = house.as('operator');
      const { reference, shipmentId } = await shipped(operator, engagement);
      const task = await waiting(operator, shipmentId, 'raise-guarantee');
      expect(await house.outside.filings(reference)).toEqual([]);

      await using seat = await desk.seat('operator');
      const page = await seat.open(`/shipments/${shipmentId}/money`);
      await page.getByText('Refused before it was sent:').waitFor();
      await seat.open(`/guarantees/${small}`);
      const refused = page.getByRole('region', { name: 'Refused for want of headroom' });
      await refused.getByRole('rowheader', { name: reference }).waitFor();
      const meter = page.getByRole('meter', { name: /^Guarantee .*, taken of its limit$/ });
      expect(await meter.getAttribute('aria-valuetext')).toBe('0 % taken, £10.00 of £10.00 free');

      await page.getByLabel('New limit, GBP').fill('1000000.00');
      await page.getByLabel('Reason').fill('rider 2 of the surety');
      await page.getByRole('button', { name: 'Change the limit' }).click();
      await page.getByText('Recorded', { exact: true }).waitFor();
      expect(await meter.getAttribute('aria-valuetext')).toBe('0 % taken, £1,000,000.00 of £1,000,000.00 free');
      await refused.getByRole('link', { name: `Reserve again for ${reference}` }).click();
      await page.getByRole('region', { name: 'Raise guarantee' }).getByRole('button', { name: 'Try again' }).click();
      await until('the filing', async () => (await house.outside.filings(reference)).length === 1);
      await until('the task is gone', async () => {
        const { refused: left } = await operator.call(showGuarantee, { params: { guaranteeId: small } });
        return left.every(({ taskId }) => taskId !== task.taskId);
      });
      await seat.open(`/guarantees/${small}`);
      await page
        .getByRole('region', { name: 'What reserves it' })
        .getByRole('rowheader', { name: reference })
        .waitFor();
      expect(await seat.wrongs()).toEqual([]);
      if (shots) await page.screenshot({ path: join(shots, 'guarantee-held.png'), fullPage: true });
    }, 120_000);

    it('has its forecast as a table with the figures of the API, and is changed by those who may', async () => {
      await using seat = await desk.seat('auditor');
      const page = await seat.open(`/guarantees/${used}`);
      const { says, runsOut } = await house
        .as('auditor')
        .call(forecastGuarantee, { params: { guaranteeId: used }, query: { historyDays: 90, horizonDays: 365 } });
      await page.getByText(says).waitFor();
      await page.getByRole('img', { name: /^Run out: p10 / }).waitFor();
      const region = page.getByRole('region', { name: 'When it runs out' });
      await region.getByRole('button', { name: 'Show as table' }).click();
      const told = await region.locator('tbody td').allTextContents();
      const dayIn = (date: string): string =>
        new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', dateStyle: 'medium' }).format(new Date(date));
      expect(told).toHaveLength(3);
      [runsOut!.p10, runsOut!.p50, runsOut!.p90].forEach((day, index) => expect(told[index]).toContain(dayIn(day!)));
      const act = page.getByRole('button', { name: 'Change the limit' });
      expect(await act.getAttribute('aria-disabled')).toBe('true');
      await page.getByText('For operators. A tenant administrator grants the role.').waitFor();
    }, 60_000);
  });
});
