import { Inject } from '@nestjs/common';
import type { AnswerOf, importFx, InputOf, listFx } from '@tidewaiter/contracts';
import { CLOCK, EVENT_STORE, type Clock } from '@tidewaiter/platform';
import type { EventStore } from '@tidewaiter/event-store';
import {
  canonicalJson,
  Invalid,
  legalDateAt,
  plusMonths,
  plusDays,
  Unavailable,
  type LegalDate,
} from '@tidewaiter/kernel';
import { request } from 'undici';
import { DUTIES_SETTINGS, type DutiesSettings } from '../duties.settings.js';
import type { Rates } from '../domain/fx.js';
import { fxRuleOn, missing, otherDay, periodWord, type FxRule } from '../domain/fx-rule.js';
import { readFxTable } from '../domain/fx-table.js';
import type { LoadedRuleBook, RuleBook } from '../domain/rule-book.js';
import { fxTables, type LoadedFxTable, type StoredFxTable } from '../postgres/fx-tables.js';
import { bookOf, RULE_BOOKS } from './rule-books.js';
import { sha256 } from './digest.js';

const monthOf = (date: LegalDate): { from: LegalDate; to: LegalDate } => {
  const from = `${date.slice(0, 7)}-01`;
  return { from, to: plusDays(plusMonths(from, 1), -1) };
};

/** How an assessment names a table: by its month when it is one, else by its days; and by its digest. */
function nameOf(jurisdiction: string, { from, to, digest }: StoredFxTable): string {
  const month = monthOf(from);
  const days = from === month.from && to === month.to ? from.slice(0, 7) : from === to ? from : `${from} to ${to}`;
  return `${jurisdiction} customs rates ${days}, ${digest}`;
}

/**
 * Official customs exchange rates, as the law of each jurisdiction asks for them: dated tables, loaded or (monthly ones) fetched
 * once from their publisher, kept as they came, and named by their digest in every assessment that used them.
 */
export class FxRates {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DUTIES_SETTINGS) private readonly settings: DutiesSettings,
    @Inject(RULE_BOOKS) private readonly books: readonly LoadedRuleBook[],
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Rates of the day that the law names, for the currencies named, as an assessment takes them; a currency that is not published is
   * left out and the engine says so with its place.
   *
   * @param on the day of the jurisdiction's date rule
   * @param agreed rates by contract that stand in place of published ones, each from the jurisdiction's own currency
   * @throws Refused `duties.fx.month-missing` (`week-missing`, `day-missing` … by the law's period), `duties.fx.rule-missing`;
   *         Unavailable `duties.fx.unavailable`; Invalid `duties.fx.unreadable`, `duties.fx.wrong-period`
   */
  async of(
    tenant: string,
    jurisdiction: string,
    book: RuleBook,
    on: LegalDate,
    currencies: readonly string[],
    agreed: Rates = [],
  ): Promise<Rates> {
    const own = book.currency;
    const byContract = agreed.filter(({ to }) => currencies.includes(to));
    const foreign = [...new Set(currencies)]
      .filter((currency) => currency !== own && !byContract.some(({ to }) => to === currency))
      .sort();
    if (foreign.length === 0) return byContract;
    const rule = fxRuleOn(book, on);
    const table = await this.table(tenant, jurisdiction, rule, on);
    const published = foreign.flatMap((currency) => {
      const rate = table.rates[currency];
      const source = `${nameOf(jurisdiction, table)}${otherDay(rule)}`;
      if (rate === undefined) return [];
      return [
        table.quoted === 'own' ? { from: currency, to: own, rate, source } : { from: own, to: currency, rate, source },
      ];
    });
    return [...byContract, ...published];
  }

  /** Loads dated tables. @throws Invalid `duties.fx.wrong-period`; Refused `duties.destination.unknown` */
  async load(
    tenant: string,
    { jurisdiction, publisher, quoted, tables }: InputOf<typeof importFx>['body'],
  ): Promise<AnswerOf<typeof importFx>> {
    bookOf(this.books, jurisdiction);
    const stored = tables.map(({ from, to, rates }, index): StoredFxTable & { raw: string } => {
      if (to < from) {
        throw new Invalid('duties.fx.wrong-period', `a table of ${from} to ${to} covers no day`, {
          advice: 'Give the first and the last day, both of them included.',
          places: [{ pointer: `body/tables/${index}/to`, reason: 'not before “from”' }],
        });
      }
      const raw = canonicalJson({ jurisdiction, publisher, quoted, from, to, rates });
      return { from, to, rates, publisher, quoted, digest: `sha256:${sha256(raw)}`, raw };
    });
    return this.store.transaction(tenant, async (tx) => {
      let known = 0;
      const items: LoadedFxTable[] = [];
      for (const { raw, ...table } of stored) {
        if (!(await fxTables.keep(tx, jurisdiction, table, raw))) known += 1;
        items.push(
          (await fxTables.covering(tx, jurisdiction, table.from)).find(({ digest }) => digest === table.digest)!,
        );
      }
      return { items: items.map((item) => ({ jurisdiction, ...item })), known };
    });
  }

  /** The law of a jurisdiction's rates on a day (default: today there), and the tables held for it, the one that counts first. */
  async held(tenant: string, jurisdiction: string, date: LegalDate | undefined): Promise<AnswerOf<typeof listFx>> {
    const { book } = bookOf(this.books, jurisdiction);
    const on = date ?? legalDateAt(this.clock(), book.zone);
    const { publisher, dateOf, period, law, confidence } = fxRuleOn(book, on);
    const items = await this.store.transaction(tenant, (tx) => fxTables.covering(tx, jurisdiction, on));
    return {
      rule: { jurisdiction, currency: book.currency, publisher, dateOf, period, law, confidence },
      items: items.map((item) => ({ jurisdiction, ...item })),
    };
  }

  private async table(tenant: string, jurisdiction: string, rule: FxRule, on: LegalDate): Promise<StoredFxTable> {
    const held = async (): Promise<StoredFxTable | undefined> =>
      (await this.store.transaction(tenant, (tx) => fxTables.covering(tx, jurisdiction, on)))[0];
    const known = await held();
    if (known) return known;
    // Publishers are asked by the month; a law that wants another period wants its tables loaded.
    const raw = periodWord(rule.period) === 'month' ? await this.fetch(jurisdiction, on.slice(0, 7)) : null;
    if (raw === null) throw missing(jurisdiction, rule, on);
    const month = on.slice(0, 7);
    const table = readFxTable(raw);
    if (table.from > `${month}-01` || table.to < `${month}-28`) {
      throw new Invalid('duties.fx.wrong-period', `the table asked for ${month} is of ${table.from} to ${table.to}`, {
        advice: 'Ask the publisher; a neighbouring month’s rates are not used.',
        places: [{ pointer: '/exchangeRateMonthList/@Period', reason: `${month} expected` }],
      });
    }
    const stored = { ...table, digest: `sha256:${sha256(raw)}`, publisher: rule.publisher, quoted: 'foreign' as const };
    await this.store.transaction(tenant, (tx) => fxTables.keep(tx, jurisdiction, stored, raw));
    // A table of fewer days than the month holds no rate for the day that was asked.
    return (await held()) ?? Promise.reject(missing(jurisdiction, rule, on));
  }

  /** The publisher's month; null when there is none. */
  private async fetch(jurisdiction: string, month: string): Promise<string | null> {
    const { status, text } = await this.get(`${this.settings.FX_URL}/rates/${jurisdiction}/${month}`);
    if (status === 200) return text;
    if (status === 404) return null;
    throw new Unavailable('duties.fx.unavailable', `the publisher of exchange rates answered with ${status}`, {
      facts: { jurisdiction, month, status },
    });
  }

  private async get(url: string): Promise<{ status: number; text: string }> {
    try {
      const response = await request(url, {
        headers: { accept: 'application/xml' },
        signal: AbortSignal.timeout(this.settings.FX_TIMEOUT_MS),
      });
      return { status: response.statusCode, text: await response.body.text() };
    } catch (cause) {
      throw new Unavailable('duties.fx.unavailable', 'the publisher of exchange rates does not answer', {}, { cause });
    }
  }
}
