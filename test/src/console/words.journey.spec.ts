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
  /** pages by who sees all of them */
  let pages: Record<'operator' | 'auditor' | 'administrator', string[]>;

  beforeAll(async () => {
    house = await House.open('one');
    desk = await Desk.open(house.api);
    const engagement = await customer(house.as('operator'));
    const { shipmentId } = await shipped(house.as('operator'), engagement);
    await waiting(house.as('operator'), shipmentId, 'approve-payment');
    const { items } = await house.as('operator').call(listGuarantees, { query: { limit: 1 } });
    const of = (...parts: string[]): string[] => parts.map((part) => `/shipments/${shipmentId}/${part}`);
    pages = {
      operator: [
        ...['/today', '/today?whose=all', '/board', '/screening', '/engagements', '/shipments/new', '/calculator'],
        ...['/guarantees', `/guarantees/${items[0]!.guaranteeId}`, '/rules', '/health', '/style'],
        `/shipments/${shipmentId}`,
        ...of('documents', 'goods', 'duties', 'declaration', 'inspections', 'money', 'delivery', 'people'),
        ...of('time', 'print'),
      ],
      auditor: [
        ...['/audit', '/audit/log', '/audit/checkpoints', '/audit/evidence', '/audit/duties-separation'],
        ...['/audit/completeness', '/audit/retention', ...of('proof')],
      ],
      administrator: [
        ...[
          'endpoints',
          'deliveries',
          'catalogue',
          'catalogue/shipments.ShipmentOpened',
          'signature',
          'tail',
          'keys',
        ].map((part) => `/partners/${part}`),
        ...['users', 'keys', 'retention'].map((part) => `/admin/${part}`),
      ],
    };
    if (shots) mkdirSync(shots, { recursive: true });
  }, 300_000);
  afterAll(async () => {
    await desk?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  }, 60_000);

  const speaking = async (who: string, language: string): Promise<Seat> => {
    const seat = await desk.seat(who, { zone: 'UTC' });
    await seat.page.evaluate(
      (chosen) => localStorage.setItem('tidewaiter.preferences', JSON.stringify({ language: chosen })),
      language,
    );
    return seat;
  };
  const shoot = async (page: Page, language: string, path: string): Promise<void> => {
    if (shots) await page.screenshot({ path: join(shots, `${language}${path.replaceAll('/', '_')}.png`) });
  };

  it.each(['operator', 'auditor', 'administrator'] as const)(
    'leave the %s no English in a pseudo-locale but what the house itself was told',
    async (who) => {
      await using seat = await speaking(who, 'en-XA');
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
      for (const path of pages[who]) {
        const page = await seat.open(path);
        await shoot(page, 'en-XA', path);
        const texts = await told(page);
        await Promise.all(answers);
        const english = texts.filter((text) => wordsOf(text).some((word) => !given.has(word)));
        if (english.length > 0) left[path] = [...new Set(english)];
        expect([path, await page.locator('[data-kind="forbidden"], [data-kind="not-found"]').count()]).toEqual([
          path,
          0,
        ]);
      }
      expect(left).toEqual({});
      expect(seat.troubles).toEqual([]);
    },
    180_000,
  );

  it.each(['operator', 'auditor', 'administrator'] as const)(
    'are read by the %s from right to left without a page that scrolls sideways',
    async (who) => {
      await using seat = await speaking(who, 'ar-XB');
      for (const path of pages[who]) {
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
    },
    180_000,
  );
});
