import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { listGuarantees } from '@tidewaiter/contracts';
import type { Page } from 'playwright-core';
import { customer } from '../consignment.js';
import { House } from '../house.js';
import { Desk, type Seat } from './desk.js';
import { shipped, waiting } from './papers.js';

const shots = process.env['CONSOLE_SHOTS'];

/** Names of months and days as numbers' and dates' own language has them, units and the house's name. */
const OF_NO_LANGUAGE =
  'jan feb mar apr may jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun utc gmt tidewaiter';

/** Words of three letters and more; names in code (`ShipmentOpened`, `confirm-lines`) are of several. */
const wordsOf = (text: string): string[] =>
  text
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .split(/[^\p{L}\d’']+/u)
    .filter((word) => /^[a-z]{3,}$/i.test(word))
    .map((word) => word.toLowerCase());

/** What a reader sees or has read out, without what is marked as no language's. */
const told = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const isSaid = (of: Element): boolean => of.closest('[translate="no"], code, kbd, pre, script, style') === null;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts: string[] = [document.title];
    for (let at = walker.nextNode(); at; at = walker.nextNode())
      if (at.parentElement && isSaid(at.parentElement)) texts.push(at.textContent ?? '');
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
      if (isSaid(element))
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) texts.push(element.getAttribute(name) ?? '');
    return texts;
  });

describe('the console’s words', () => {
  let house: House;
  let desk: Desk;
  let pages: string[];

  beforeAll(async () => {
    house = await House.open('one');
    desk = await Desk.open(house.api);
    const engagement = await customer(house.as('operator'));
    const { shipmentId } = await shipped(house.as('operator'), engagement);
    await waiting(house.as('operator'), shipmentId, 'approve-payment');
    const { items } = await house.as('operator').call(listGuarantees, { query: { limit: 1 } });
    const parts = [
      '',
      'documents',
      'goods',
      'duties',
      'declaration',
      'inspections',
      'money',
      'delivery',
      'people',
      'proof',
    ];
    pages = [
      ...['/today', '/today?whose=all', '/board', '/screening', '/engagements', '/shipments/new', '/calculator'],
      ...['/guarantees', `/guarantees/${items[0]!.guaranteeId}`, '/rules', '/health', '/style'],
      ...[
        'endpoints',
        'deliveries',
        'catalogue',
        'catalogue/shipments.ShipmentOpened',
        'signature',
        'tail',
        'keys',
      ].map((part) => `/partners/${part}`),
      ...['', '/log', '/checkpoints', '/evidence', '/duties-separation', '/completeness', '/retention'].map(
        (part) => `/audit${part}`,
      ),
      ...['users', 'keys', 'retention'].map((part) => `/admin/${part}`),
      ...parts.map((part) => `/shipments/${shipmentId}/${part}`.replace(/\/$/, '')),
      ...['time', 'print'].map((part) => `/shipments/${shipmentId}/${part}`),
    ];
    if (shots) mkdirSync(shots, { recursive: true });
  }, 300_000);
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  }, 60_000);

  const speaking = async (language: string): Promise<Seat> => {
    const seat = await desk.seat('administrator', { zone: 'UTC' });
    await seat.page.evaluate(
      (chosen) => localStorage.setItem('tidewaiter.preferences', JSON.stringify({ language: chosen })),
      language,
    );
    return seat;
  };
  const shoot = async (page: Page, language: string, path: string): Promise<void> => {
    if (shots) await page.screenshot({ path: join(shots, `${language}${path.replaceAll('/', '_')}.png`) });
  };

  it('leave no English in a pseudo-locale but what the house itself was told', async () => {
    await using seat = await speaking('en-XA');
    const given = new Set(OF_NO_LANGUAGE.split(' '));
    const answers: Promise<void>[] = [];
    seat.context.on('response', (response) => {
      if (!/json/.test(response.headers()['content-type'] ?? '')) return;
      answers.push(
        response.text().then(
          (text) => wordsOf(text).forEach((word) => given.add(word)),
          () => undefined, // the page went on before the answer was whole
        ),
      );
    });
    const left: Record<string, string[]> = {};
    for (const path of pages) {
      const page = await seat.open(path);
      await shoot(page, 'en-XA', path);
      const texts = await told(page);
      await Promise.all(answers);
      const english = texts.filter((text) => wordsOf(text).some((word) => !given.has(word)));
      if (english.length > 0) left[path] = [...new Set(english)];
    }
    expect(left).toEqual({});
    expect(seat.troubles).toEqual([]);
  }, 240_000);

  it('read from right to left without a page that scrolls sideways', async () => {
    await using seat = await speaking('ar-XB');
    for (const path of pages) {
      const page = await seat.open(path);
      await shoot(page, 'ar-XB', path);
      const { scrollWidth, left, dir } = await page.evaluate(() => ({
        dir: document.documentElement.dir,
        scrollWidth: document.documentElement.scrollWidth,
        left:
          document.querySelector('main')!.getBoundingClientRect().left <
          (document.querySelector('.rail')?.getBoundingClientRect().left ?? Infinity),
      }));
      expect([path, dir, scrollWidth, left]).toEqual([path, 'rtl', 1400, true]);
    }
    expect(seat.troubles).toEqual([]);
  }, 240_000);
});
