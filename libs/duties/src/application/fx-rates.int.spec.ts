import { newId } from '@tidewaiter/kernel';
import type { RuleBook } from '../domain/rule-book.js';
import { books } from '../testing/books.js';
import { Desk } from '../testing/desk.js';

let desk: Desk;
beforeAll(async () => void (desk = await Desk.open()));
afterAll(() => desk?.close());

let tenant: string;
beforeEach(() => {
  tenant = `t-${newId().slice(-12)}`;
  desk.fxAsked = [];
  desk.fxAnswers = { status: 404, body: '' };
});

const gb = books.find(({ book }) => book.destination === 'GB')!.book;
const load = (from: string, to: string, rates: Record<string, string>, over = {}) =>
  desk.fx.load(tenant, {
    jurisdiction: 'GB',
    publisher: 'HMRC',
    quoted: 'foreign',
    tables: [{ from, to, rates }],
    ...over,
  });
const on = (date: string, currencies = ['USD'], book: RuleBook = gb) =>
  desk.fx.of(tenant, 'GB', book, date, currencies);
const byTheWeek = (period: string): RuleBook =>
  ({ ...gb, fx: gb.fx.map((rule) => ({ ...rule, period })) }) as unknown as RuleBook;

describe('customs exchange rates', () => {
  it('are those of the days the table names, to the day', async () => {
    await load('2026-11-01', '2026-11-30', { USD: '1.25', EUR: '1.15' });
    expect(await on('2026-11-30', ['USD', 'EUR', 'GBP', 'USD'])).toEqual([
      { from: 'GBP', to: 'EUR', rate: '1.15', source: expect.stringMatching(/^GB customs rates 2026-11, sha256:/) },
      { from: 'GBP', to: 'USD', rate: '1.25', source: expect.stringMatching(/^GB customs rates 2026-11, sha256:/) },
    ]);
    await expect(on('2026-12-01')).rejects.toMatchObject({
      code: 'duties.fx.month-missing',
      details: { facts: { month: '2026-12' } },
    });
    await expect(on('2026-10-31')).rejects.toMatchObject({ code: 'duties.fx.month-missing' });
  });

  it('leave a currency out that is not in the table: it has no neighbour’s rate', async () => {
    await load('2026-11-01', '2026-11-30', { USD: '1.25' });
    expect(await on('2026-11-15', ['JPY'])).toEqual([]);
  });

  it('follow a change in mid-month, and a correction from when it was loaded', async () => {
    await load('2026-11-01', '2026-11-30', { USD: '1.25' });
    await load('2026-11-16', '2026-11-30', { USD: '1.35' });
    const rate = async (date: string) => (await on(date))[0]?.rate;
    expect([await rate('2026-11-15'), await rate('2026-11-16')]).toEqual(['1.25', '1.35']);
    await load('2026-11-16', '2026-11-30', { USD: '1.36' });
    expect(await rate('2026-11-16')).toBe('1.36');
    const { items } = await desk.fx.held(tenant, 'GB', '2026-11-16');
    expect(items.map(({ rates }) => rates['USD'])).toEqual(['1.36', '1.35', '1.25']);
  });

  it('are known when they come again', async () => {
    await load('2026-11-01', '2026-11-30', { USD: '1.25' });
    expect((await load('2026-11-01', '2026-11-30', { USD: '1.25' })).known).toBe(1);
  });

  it('quoted the other way round convert the other way round', async () => {
    await load('2026-11-01', '2026-11-30', { JPY: '0.0052' }, { quoted: 'own' });
    expect(await on('2026-11-15', ['JPY'])).toMatchObject([{ from: 'JPY', to: 'GBP', rate: '0.0052' }]);
  });

  it('of a law that goes by the week or the day are missing by that name, and no publisher of months is asked', async () => {
    await expect(on('2026-11-15', ['USD'], byTheWeek('week, Sunday to Saturday'))).rejects.toMatchObject({
      code: 'duties.fx.week-missing',
      details: { facts: { day: '2026-11-15' } },
    });
    await expect(on('2026-11-15', ['USD'], byTheWeek('day'))).rejects.toMatchObject({ code: 'duties.fx.day-missing' });
    expect(desk.fxAsked).toEqual([]);
    await load('2026-11-15', '2026-11-21', { USD: '1.2' });
    expect(await on('2026-11-21', ['USD'], byTheWeek('week'))).toMatchObject([
      { rate: '1.2', source: expect.stringContaining('GB customs rates 2026-11-15 to 2026-11-21, sha256:') },
    ]);
  });

  it('of a month that is not held are fetched once', async () => {
    desk.fxAnswers = {
      status: 200,
      body: '<exchangeRateMonthList Period="01/Nov/2026 to 30/Nov/2026"><exchangeRate><currencyCode>USD</currencyCode><rateNew>1.25</rateNew></exchangeRate></exchangeRateMonthList>',
    };
    await on('2026-11-10');
    await on('2026-11-20');
    expect(desk.fxAsked).toEqual(['/rates/GB/2026-11']);
    await expect(on('2026-10-20')).rejects.toMatchObject({ code: 'duties.fx.wrong-period' });
  });

  it('are a tenant’s own, cover at least a day, and belong to a destination that is served', async () => {
    await load('2026-11-01', '2026-11-30', { USD: '1.25' });
    await expect(desk.fx.of('globex', 'GB', gb, '2026-11-15', ['USD'])).rejects.toMatchObject({
      code: 'duties.fx.month-missing',
    });
    await expect(load('2026-11-30', '2026-11-01', { USD: '1' })).rejects.toMatchObject({
      code: 'duties.fx.wrong-period',
    });
    await expect(load('2026-11-01', '2026-11-01', { USD: '1' }, { jurisdiction: 'QQ' })).rejects.toMatchObject({
      code: 'duties.destination.unknown',
    });
  });

  it('need a rule of law for the day', async () => {
    await expect(on('2020-12-31')).rejects.toMatchObject({ code: 'duties.fx.rule-missing' });
  });
});
