import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  decideTask,
  forecastGuarantee,
  liftHold,
  listGuarantees,
  placeHold,
  reportSeparationOfDuties,
  showGuarantee,
  type AnswerOf,
  type openEngagement,
} from '@tidewaiter/contracts';
import { customer } from '../consignment.js';
import { House } from '../house.js';
import { until } from '../waiting.js';
import { thirtyDaysOf } from './crowd.js';
import { Desk } from './desk.js';
import { shipped, waiting } from './papers.js';

const shots = process.env['CONSOLE_SHOTS'];

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
      for (const path of ['/guarantees', `/guarantees/${small}`, `/guarantees/${used}`]) {
        const page = await seat.open(path);
        wrongs.push(...(await seat.wrongs()).map((wrong) => `${path}: ${wrong}`));
        const name = path.replaceAll(/[^a-z]+/g, '_');
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

  describe('a guarantee', () => {
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
