import { exact, money, plusDays, Refused, round, type Exact, type LegalDate, type Money } from '@tidewaiter/kernel';
import { z } from 'zod';

const percent = z.string().regex(/^\d{1,2}\.\d{1,4}$/);

/** Interest on late customs debts, by authority: how it is counted and which yearly rate stood from which day. */
export const interestRulesSchema = z.strictObject({
  version: z.string(),
  authorities: z
    .array(
      z.strictObject({
        destinations: z.array(z.string().length(2)).min(1),
        method: z.enum(['simple', 'compound-daily']),
        /** which rate counts: the one of the first day of the month in which the debt fell due, or each as it stood */
        rate: z.enum(['of-due-month', 'as-it-changes']),
        yearDays: z.enum(['365', 'actual']),
        /** calendar days from the notice in which the debt may be paid without interest */
        payWithinDays: z.int().nonnegative(),
        leastPrincipal: z.string().optional().meta({ description: 'debts of less bear no interest' }),
        law: z.string(),
        /** interest on what turns out to be owed after the release, from the day of the debt until it is notified; absent: none */
        afterRelease: z
          .strictObject({
            law: z.string(),
            taxTypes: z.array(z.string()).optional().meta({ description: 'that bear it; absent: all' }),
          })
          .optional(),
        rates: z
          .array(
            z.strictObject({
              from: z.iso.date(),
              percent,
              source: z.string(),
              confidence: z.enum(['high', 'medium', 'low']),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
});
export type InterestRules = z.infer<typeof interestRulesSchema>;
type Rule = InterestRules['authorities'][number];

export interface InterestSpan {
  from: LegalDate;
  until: LegalDate;
  days: number;
  rate: string;
  exact: string;
  source: string;
}
export interface Interest {
  amount: Money;
  days: number;
  spans: InterestSpan[];
  arithmetic: string;
  law: string;
  rulesVersion: string;
}

const dayNumber = (date: LegalDate): number => Date.parse(`${date}T00:00:00Z`) / 86_400_000;
const daysBetween = (from: LegalDate, until: LegalDate): number => dayNumber(until) - dayNumber(from);
const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** @throws Refused `duties.interest.unknown-authority` */
export function interestRuleOf(rules: InterestRules, destination: string): Rule {
  const found = rules.authorities.find(({ destinations }) => destinations.includes(destination));
  if (found) return found;
  throw new Refused('duties.interest.unknown-authority', `no rule of interest is known for debts in ${destination}`, {
    advice: 'Ask the authority for the sum and pay what it states.',
    facts: { destination },
  });
}

/** The last day on which a debt notified on a day may be paid without interest. */
export const payableWithoutInterestUntil = (
  rules: InterestRules,
  destination: string,
  notifiedOn: LegalDate,
): LegalDate => plusDays(notifiedOn, interestRuleOf(rules, destination).payWithinDays);

function rateOn(rule: Rule, on: LegalDate): Rule['rates'][number] {
  const found = rule.rates.findLast(({ from }) => from <= on);
  if (found) return found;
  throw new Refused('duties.interest.no-rate', `no rate of interest is known for ${on}`, {
    advice: `Rates are known from ${rule.rates[0]!.from} on.`,
    facts: { on },
  });
}

/** Spans of one rate and, where the year counts, of one year. */
function spansOf(
  rule: Rule,
  from: LegalDate,
  until: LegalDate,
): { from: LegalDate; until: LegalDate; rate: Rule['rates'][number] }[] {
  if (rule.rate === 'of-due-month') return [{ from, until, rate: rateOn(rule, `${from.slice(0, 7)}-01`) }];
  const turns = rule.rates.map((rate) => plusDays(rate.from, -1));
  const years = rule.yearDays === 'actual' ? [`${from.slice(0, 4)}-12-31`, `${until.slice(0, 4)}-12-31`] : [];
  const cuts = [...new Set([...turns, ...years])].filter((day) => day > from && day < until).sort();
  const bounds = [from, ...cuts, until];
  return bounds.slice(1).map((end, index) => ({
    from: bounds[index]!,
    until: end,
    rate: rateOn(rule, plusDays(bounds[index]!, 1)),
  }));
}

/**
 * Interest on a debt.
 *
 * @param from  last day without interest; the day after is the first that counts
 * @param until day of payment, which counts
 * @returns rounded half-up to the currency's minor unit once, at the end; zero when paid in time
 * @throws Refused `duties.interest.unknown-authority`, `duties.interest.no-rate`, `duties.interest.dates`
 */
export function interestOn(
  rules: InterestRules,
  destination: string,
  principal: Money,
  from: LegalDate,
  until: LegalDate,
): Interest {
  const rule = interestRuleOf(rules, destination);
  if (daysBetween(from, until) > 36_525) {
    throw new Refused('duties.interest.dates', `interest over more than a hundred years, from ${from} until ${until}`);
  }
  const { law } = rule;
  const head = { law, rulesVersion: rules.version };
  if (until <= from) {
    const arithmetic = `paid on ${until}, on or before ${from}: no interest`;
    return { ...head, amount: money('0', principal.currency), days: 0, spans: [], arithmetic };
  }
  if (rule.leastPrincipal !== undefined && exact(principal.amount).lt(rule.leastPrincipal)) {
    const arithmetic = `a debt of less than ${rule.leastPrincipal} bears no interest`;
    return { ...head, amount: money('0', principal.currency), days: daysBetween(from, until), spans: [], arithmetic };
  }
  let grown: Exact = exact(principal.amount);
  let sum = exact('0');
  const words: string[] = [];
  const spans = spansOf(rule, from, until).map((span): InterestSpan => {
    const days = daysBetween(span.from, span.until);
    const year = rule.yearDays === 'actual' && isLeap(Number(plusDays(span.from, 1).slice(0, 4))) ? 366 : 365;
    const { percent: rate, source } = span.rate;
    const part =
      rule.method === 'simple'
        ? exact(principal.amount).times(rate).times(days).div(100).div(year)
        : grown.times(exact(rate).div(100).div(year).plus(1).pow(days).minus(1));
    words.push(
      rule.method === 'simple'
        ? `${principal.amount} × ${rate} % × ${days} / ${year} = ${round(part, 6).toFixed()}`
        : `${round(grown, 6).toFixed()} × ((1 + ${rate} % / ${year})^${days} − 1) = ${round(part, 6).toFixed()}`,
    );
    grown = grown.plus(part);
    sum = sum.plus(part);
    return { from: plusDays(span.from, 1), until: span.until, days, rate, exact: round(part, 12).toFixed(), source };
  });
  const amount = money(sum, principal.currency);
  const rounded = `sum ${round(sum, 6).toFixed()}, rounded to ${amount.amount} ${amount.currency}`;
  return { ...head, amount, days: daysBetween(from, until), spans, arithmetic: [...words, rounded].join('; ') };
}
