import { Inject } from '@nestjs/common';
import { EVENT_STORE } from '@tidewaiter/platform';
import type { EventStore } from '@tidewaiter/event-store';
import { Invalid, Refused, Unavailable } from '@tidewaiter/kernel';
import { request } from 'undici';
import { DUTIES_SETTINGS, type DutiesSettings } from '../duties.settings.js';
import type { Rates } from '../domain/fx.js';
import { readFxTable } from '../domain/fx-table.js';
import { fxTables, type StoredFxTable } from '../postgres/fx-tables.js';
import { sha256 } from './digest.js';

/** Official monthly customs rates: fetched once, kept as they came, and named by their digest in every assessment that used them. */
export class FxRates {
  constructor(
    @Inject(EVENT_STORE) private readonly store: EventStore,
    @Inject(DUTIES_SETTINGS) private readonly settings: DutiesSettings,
  ) {}

  /**
   * Rates of a month for the currencies named, as an assessment takes them; a currency that is not published is left out and
   * the engine says so with its place.
   *
   * @param own   the jurisdiction's currency
   * @param month YYYY-MM
   * @throws Refused `duties.fx.month-missing`; Unavailable `duties.fx.unavailable`; Invalid `duties.fx.unreadable`, `duties.fx.wrong-period`
   */
  async of(
    tenant: string,
    jurisdiction: string,
    own: string,
    month: string,
    currencies: readonly string[],
  ): Promise<Rates> {
    const foreign = [...new Set(currencies)].filter((currency) => currency !== own).sort();
    if (foreign.length === 0) return [];
    const table = await this.table(tenant, jurisdiction, month);
    return foreign.flatMap((currency) => {
      const rate = table.rates[currency];
      return rate === undefined
        ? []
        : [{ from: own, to: currency, rate, source: `${jurisdiction} customs rates ${month}, ${table.digest}` }];
    });
  }

  private async table(tenant: string, jurisdiction: string, month: string): Promise<StoredFxTable> {
    const known = await this.store.transaction(tenant, (tx) => fxTables.find(tx, jurisdiction, month));
    if (known) return known;
    const raw = await this.fetch(jurisdiction, month);
    const table = readFxTable(raw);
    if (table.from > `${month}-01` || table.to < `${month}-28`) {
      throw new Invalid('duties.fx.wrong-period', `the table asked for ${month} is of ${table.from} to ${table.to}`, {
        advice: 'Ask the publisher; a neighbouring month’s rates are not used.',
        places: [{ pointer: '/exchangeRateMonthList/@Period', reason: `${month} expected` }],
      });
    }
    const stored = { ...table, digest: `sha256:${sha256(raw)}` };
    return this.store.transaction(tenant, (tx) => fxTables.keep(tx, jurisdiction, month, stored, raw));
  }

  private async fetch(jurisdiction: string, month: string): Promise<string> {
    const { status, text } = await this.get(`${this.settings.FX_URL}/rates/${jurisdiction}/${month}`);
    if (status === 200) return text;
    if (status === 404) {
      throw new Refused(
        'duties.fx.month-missing',
        `no customs exchange rates of ${jurisdiction} are published for ${month}`,
        {
          advice:
            'Wait until the authority publishes the month, or give the rates in the request; a neighbouring month’s are not used.',
          facts: { jurisdiction, month },
        },
      );
    }
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
