import { MEASURE_ROLES, measureCondition } from '@tidewaiter/contracts';
import { canonicalJson, Invalid, type LegalDate } from '@tidewaiter/kernel';
import { z } from 'zod';
import { parseExpression } from './expression.js';

const date = z.iso.date();
const decimalText = z.string().regex(/^(0|[1-9]\d*)(\.\d+)?$/);

/** What every rule says of itself: first and last day in force, law, and how far it can be trusted. */
const rule = {
  from: date,
  to: date.nullable(),
  law: z.string().min(5),
  confidence: z.enum(['high', 'medium', 'low']),
  note: z.string().optional(),
};

const rounding = z.strictObject({
  mode: z.enum(['half-up', 'half-even', 'down', 'up']),
  places: z.int().min(0).max(4),
  unit: decimalText.optional().meta({ description: 'to multiples of it, e.g. 0.05 or 100, instead of to decimals' }),
});

/** A limit of a fee: known, absent, or not published yet but surely inside a span. */
const limit = z.union([decimalText, z.strictObject({ between: z.tuple([decimalText, decimalText]) })]).nullable();

export const ruleBookSchema = z.strictObject({
  set: z.string().regex(/^[a-z]{2}\/[a-z-]+$/),
  version: z.string().regex(/^\d{4}\.\d+$/),
  destination: z.string().regex(/^[A-Z]{2}$/),
  name: z.string(),
  currency: z.string().regex(/^[A-Z]{3}$/),
  shared: z
    .array(z.strictObject({ set: z.string(), version: z.string(), digest: z.string() }))
    .default([])
    .meta({ description: 'sets of rules that stand in this book beside its own, as the Union’s in a member’s' }),
  zone: z.string().meta({ description: 'IANA time zone in which the authority counts days' }),
  customsValue: z.array(z.strictObject({ ...rule, basis: z.enum(['CIF', 'FOB']) })),
  rounding: z.array(
    z.strictObject({
      ...rule,
      customsValue: rounding,
      duty: rounding,
      excise: rounding,
      fee: rounding,
      tax: rounding,
      feeds: z.enum(['rounded', 'exact']).meta({ description: 'what a charge hands on to the next base' }),
    }),
  ),
  fx: z.array(
    z.strictObject({
      ...rule,
      publisher: z.string(),
      dateOf: z.string(),
      period: z.enum(['day', 'week', 'month', 'notification']),
    }),
  ),
  /** What a charge is counted on where it is not the rule: customs value for duties, everything charged before for taxes. */
  charges: z
    .array(
      z.strictObject({
        ...rule,
        role: z.enum(MEASURE_ROLES),
        type: z
          .string()
          .nullable()
          .meta({ description: 'the measure type it concerns; null: every other one of the role' }),
        code: z.string().meta({ description: 'the authority’s own name of the charge' }),
        of: z
          .array(z.string())
          .min(1)
          .meta({ description: '`customs-value`, `carriage`, `entry-fees`, a role, or a measure type charged before' }),
        inside: z.boolean().default(false).meta({ description: 'the charge is part of its own base' }),
        share: z
          .strictObject({ times: decimalText, by: decimalText })
          .optional()
          .meta({ description: 'a charge without a measure of its own: this part of its base' }),
        rates: z.record(decimalText, decimalText).optional().meta({
          description: 'rates in percent under which the charge is known together with its share, and its own',
        }),
        base: rounding.optional(),
        amount: rounding.optional().meta({ description: 'of the line, instead of the policy’s' }),
        total: rounding.optional().meta({ description: 'the entry owes the sum of the unrounded amounts, rounded so' }),
      }),
    )
    .default([]),
  taxTypes: z.partialRecord(z.enum(MEASURE_ROLES), z.string()),
  areas: z.record(z.string(), z.array(z.string()).nullable()).meta({ description: 'members; null: every country' }),
  quantities: z
    .array(z.strictObject({ ...rule, unit: z.string(), rounding }))
    .default([])
    .meta({ description: 'quantities that are rounded before they are multiplied' }),
  commodities: z.array(
    z.strictObject({ code: z.string().regex(/^\d{6,10}$/), description: z.string(), from: date, to: date.nullable() }),
  ),
  measures: z.array(
    z.strictObject({
      ...rule,
      id: z.string(),
      commodity: z
        .string()
        .regex(/^\d{0,10}$/)
        .meta({ description: 'what lies below it inherits; empty: every commodity' }),
      role: z.enum(MEASURE_ROLES),
      type: z.string(),
      area: z.string(),
      expression: z.string(),
      claim: z
        .strictObject({ preferenceCode: z.string(), proofs: z.array(z.string()).min(1) })
        .optional()
        .meta({ description: 'what the declaration must name and support before the rate may be used' }),
      additionalCode: z.string().optional(),
      exciseCode: z.string().optional(),
      option: z.string().optional().meta({ description: 'a tax rate that the line must ask for with vatOption' }),
      conditions: z.array(measureCondition).min(1).optional(),
      quotaOrderNumber: z.string().optional(),
      quotaStatus: z.enum(['open', 'critical', 'exhausted']).optional(),
      tariff: z.enum(['GB', 'EU']).optional().meta({ description: 'Northern Ireland: whose duty it is' }),
    }),
  ),
  fees: z.array(
    z.strictObject({
      ...rule,
      code: z.string(),
      taxType: z.string(),
      name: z.string(),
      entryType: z.enum(['formal', 'informal']).nullable(),
      transport: z.array(z.string()).nullable(),
      charge: z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('percent'),
          rate: decimalText,
          of: z.enum(['customs-value', 'freight']).default('customs-value'),
          min: limit,
          max: limit,
        }),
        z.strictObject({ kind: z.literal('flat'), amount: decimalText }),
        z.strictObject({
          kind: z.literal('bands'),
          bands: z
            .array(z.strictObject({ upTo: decimalText.optional(), below: decimalText.optional(), amount: decimalText }))
            .min(1),
        }),
        z.strictObject({
          kind: z.literal('per-line'),
          entry: decimalText,
          lines: z.array(z.strictObject({ upTo: z.int().positive().nullable(), amount: decimalText })).min(1),
        }),
      ]),
    }),
  ),
  reliefs: z.array(
    z.strictObject({
      ...rule,
      code: z.string().meta({ description: 'what a request claims it by' }),
      upTo: decimalText,
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/)
        .optional()
        .meta({ description: 'of the limit; the book’s when absent' }),
      /** what is not collected up to the limit when the relief is claimed; without it the relief is only named in a notice */
      relieves: z
        .array(z.enum(['duty', 'tax', 'fee']))
        .min(1)
        .optional(),
      flatDuty: decimalText
        .optional()
        .meta({ description: 'instead of the tariff: for each six-digit subheading of the entry' }),
      origins: z.array(z.string()).optional(),
      otherOrigins: z.array(z.string()).optional().meta({ description: 'every origin but these' }),
      transport: z.array(z.string()).optional(),
      exceptCommodities: z
        .array(z.string())
        .optional()
        .meta({ description: 'beginnings of codes that it does not reach' }),
      says: z.string(),
    }),
  ),
  deferrals: z
    .array(
      z.strictObject({
        ...rule,
        kind: z.enum(['postponed', 'deferred']),
        covers: z.array(z.enum(['duty', 'excise', 'tax'])).min(1),
        says: z.string(),
      }),
    )
    .default([]),
  gaps: z.array(z.strictObject({ ...rule, says: z.string() })),
});
export type RuleBook = z.infer<typeof ruleBookSchema>;
export type RuleBookMeasure = RuleBook['measures'][number];
export type ChargeRule = RuleBook['charges'][number];
export type Rounding = z.infer<typeof rounding>;

/** A rule book together with the digest that decisions name it by. */
export interface LoadedRuleBook {
  book: RuleBook;
  digest: string;
}

interface Dated {
  from: LegalDate;
  to: LegalDate | null;
}

/** Both days count: a rule is in force on its `from` and on its `to`. */
export const isInForce = (row: Dated, on: LegalDate): boolean => row.from <= on && (row.to === null || on <= row.to);

export const inForce = <R extends Dated>(rows: readonly R[], on: LegalDate): R[] =>
  rows.filter((row) => isInForce(row, on));

interface SharedRules {
  set: string;
  version: string;
  [rules: string]: unknown;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function together(shared: unknown, own: unknown): unknown {
  if (own === undefined) return shared;
  if (Array.isArray(shared) && Array.isArray(own)) return [...(shared as unknown[]), ...(own as unknown[])];
  return isRecord(shared) && isRecord(own) ? { ...shared, ...own } : own;
}

/**
 * A country's file with the rules in it that it shares with others: lists follow each other, what the country says of itself
 * goes before. The result is a rule book that stands alone and names the sets it was put together from.
 *
 * @param own    the country's file as it was read
 * @param shared every set that it names in `shares`
 */
export function withShared(
  own: Record<string, unknown>,
  shared: readonly SharedRules[],
  sha256: (text: string) => string,
): Record<string, unknown> {
  const { shares: _shares, ...rules } = own;
  const named = shared.map((each) => ({
    set: each.set,
    version: each.version,
    digest: `sha256:${sha256(canonicalJson(each))}`,
  }));
  const members = new Set([...shared.flatMap((each) => Object.keys(each)), ...Object.keys(rules)]);
  const merged = [...members].map((member): [string, unknown] => [
    member,
    [...shared, rules].map((each: Record<string, unknown>) => each[member]).reduce(together),
  ]);
  return { ...Object.fromEntries(merged), shared: named };
}

/** `sha256:` over the canonical JSON of the whole book: a changed comma is another book. */
export const ruleBookDigest = (book: RuleBook, sha256: (text: string) => string): string =>
  `sha256:${sha256(canonicalJson(book))}`;

/**
 * Checks a rule book from a file: its shape, that every expression can be read, that areas and ids exist once.
 *
 * @param file its name, for the error
 * @throws Invalid `duties.rules.unreadable` with every place that is wrong
 */
export function readRuleBook(value: unknown, file: string): RuleBook {
  const parsed = ruleBookSchema.safeParse(value);
  if (!parsed.success) {
    throw unreadable(
      file,
      parsed.error.issues.map(({ path, message }) => ({ pointer: `/${path.map(String).join('/')}`, reason: message })),
    );
  }
  const book = parsed.data;
  const seen = new Set<string>();
  const faults = book.measures.flatMap((measure, index) => {
    const pointer = `/measures/${index}`;
    const twice = seen.has(measure.id) ? [{ pointer: `${pointer}/id`, reason: `${measure.id} is there twice` }] : [];
    seen.add(measure.id);
    const arealess =
      measure.area in book.areas
        ? []
        : [{ pointer: `${pointer}/area`, reason: `area ${measure.area} is not described` }];
    return [...twice, ...arealess, ...expressionFaults(measure.expression, `${pointer}/expression`)];
  });
  if (faults.length > 0) throw unreadable(file, faults);
  return book;
}

function expressionFaults(text: string, pointer: string): { pointer: string; reason: string }[] {
  try {
    parseExpression(text, pointer);
    return [];
  } catch (error) {
    if (error instanceof Invalid) return error.details.places ?? [];
    throw error;
  }
}

const unreadable = (file: string, places: { pointer: string; reason: string }[]): Invalid =>
  new Invalid('duties.rules.unreadable', `${file} is not a rule book: ${places[0]!.pointer} ${places[0]!.reason}`, {
    places,
  });
