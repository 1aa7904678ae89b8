import type { AgreedRate } from '@tidewaiter/contracts';
import { Refused, type LegalDate } from '@tidewaiter/kernel';
import type { Rates } from './fx.js';
import type { RuleBook } from './rule-book.js';
import { inForce } from './rule-book.js';

export type FxRule = RuleBook['fx'][number];

/** The rule on customs exchange rates that the law of a day gives. @throws Refused `duties.fx.rule-missing` */
export function fxRuleOn(book: RuleBook, on: LegalDate): FxRule {
  const rule = inForce(book.fx, on)[0];
  if (!rule) {
    throw new Refused('duties.fx.rule-missing', `${book.set} has no rule on customs exchange rates for ${on}`, {
      advice: 'Give the rates in the request; no other day’s rule is used.',
    });
  }
  return rule;
}

/** `month` of a rule that is written as “calendar month” or “quarter or day”: the shortest word that a table may be missing by. */
const PERIODS = ['month', 'week', 'day', 'quarter', 'notification'] as const;
export const periodWord = (period: string): (typeof PERIODS)[number] =>
  PERIODS.find((each) => period.includes(each)) ?? 'day';

/**
 * What has to be said of rates of the day of entry where the law asks for another day's (the US, Canada, Australia: exportation),
 * which no declaration tells; empty where the day of entry is the law's own.
 */
export const otherDay = ({ dateOf }: Pick<FxRule, 'dateOf'>): string =>
  /export|shipment/i.test(dateOf) ? `, of the day of entry where the law asks for that of ${dateOf}` : '';

/** A table that should be there and is not has a name of its own: `duties.fx.month-missing`, `duties.fx.week-missing` … */
export function missing(jurisdiction: string, rule: Pick<FxRule, 'period' | 'publisher'>, on: LegalDate): Refused {
  const period = periodWord(rule.period);
  const which = period === 'month' ? on.slice(0, 7) : on;
  return new Refused(
    `duties.fx.${period}-missing`,
    `no customs exchange rates of ${jurisdiction} (${rule.publisher}) are held for ${which}`,
    {
      advice: `Load them (\`tidewaiter fx import ${jurisdiction} …\`), or give the rates in the request; a neighbouring ${period}’s are not used.`,
      facts: { jurisdiction, [period === 'month' ? 'month' : 'day']: which },
    },
  );
}

/** A rate by contract as an assessment takes it, with what it stands in place of: the published rate, its date rule and law. */
export function rateByContract(agreed: AgreedRate, rule: FxRule): Rates[number] {
  const { own, currency, rate, fixedBy, fixedOn, contract, law } = agreed;
  return {
    ...{ from: own, to: currency, rate },
    source:
      `fixed by contract ${contract} of ${fixedOn} (${law}) in place of the rate of ${rule.publisher} on ${rule.dateOf}`.slice(
        0,
        300,
      ),
    contract: { fixedBy, fixedOn, contract, law },
  };
}
