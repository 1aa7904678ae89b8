import { MEASURE_ROLES, measureCondition, quotaStatus } from '@tidewaiter/contracts';
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

const roundingTo = {
  mode: z.enum(['half-up', 'half-even', 'down', 'up']),
  places: z.int().min(-4).max(4).meta({ description: 'decimals; negative: -3 is to the thousand' }),
};
const rounding = z.strictObject(roundingTo);

/** How one kind of charge is rounded; what is left out is not done. */
const chargeRounding = z.strictObject({
  ...roundingTo,
  base: rounding.optional().meta({ description: 'the base, before the rate is put to it' }),
  scope: z.enum(['line', 'declaration']).optional().meta({
    description: 'declaration: lines are added up exactly, the sum is rounded and shared back over the lines',
  }),
  item: rounding.optional().meta({ description: 'scope declaration: each line first, before the sum' }),
  feeds: z.enum(['rounded', 'exact']).optional().meta({ description: 'unlike the policy’s own' }),
});

/** A limit of a fee: known, absent, or not published yet but surely inside a span. */
const limit = z.union([decimalText, z.strictObject({ between: z.tuple([decimalText, decimalText]) })]).nullable();

const currencyCode = z.string().regex(/^[A-Z]{3}$/);
const chargeCode = z.string().regex(/^[A-Z0-9][A-Z0-9-]{0,15}$/);

/**
 * What a base is put together from: values of the line (`cif`, `fob`, `freight`, `insurance`, `inland`), all charges of a group
 * computed before (`duty`, `excise`, `fees`, `tax`), or one charge by its code.
 */
const VALUES = ['customsValue', 'cif', 'fob', 'freight', 'insurance', 'inland'] as const;
const GROUPS = ['duty', 'excise', 'fees', 'tax'] as const;
const basePart = z.union([z.enum(VALUES), z.enum(GROUPS), chargeCode]);

const commodities = z.array(
  z.strictObject({ code: z.string().regex(/^\d{6,13}$/), description: z.string(), from: date, to: date.nullable() }),
);

const measure = z.strictObject({
  ...rule,
  id: z.string(),
  commodity: z
    .string()
    .regex(/^\d{0,13}$/)
    .meta({ description: 'what lies below it inherits; empty: every commodity' }),
  role: z.enum(MEASURE_ROLES),
  taxType: chargeCode.optional().meta({ description: 'code of the charge; absent: the one of its role in taxTypes' }),
  type: z.string(),
  area: z.string(),
  exclude: z.array(z.string()).optional().meta({ description: 'countries of the area that are left out' }),
  expression: z.string(),
  claim: z
    .strictObject({ preferenceCode: z.string(), proofs: z.array(z.string()).min(1) })
    .optional()
    .meta({ description: 'what the declaration must name and support before the rate may be used' }),
  conditions: z.array(measureCondition).min(1).optional(),
  additionalCode: z.string().optional(),
  exciseCode: z.string().optional(),
  option: z
    .string()
    .optional()
    .meta({ description: 'a tax rate that the line must ask for with vatOption; without option: the standard rate' }),
  quotaOrderNumber: z.string().optional(),
  quotaStatus: quotaStatus.optional(),
  tariff: z.enum(['GB', 'EU']).optional(),
});

/**
 * One set of rules, a file. A jurisdiction is a set with a `destination`; a set without one holds what several share
 * and stands only where another `extends` it. Lists of measures, commodities, areas, de minimis and gaps are joined; of every other list the
 * set's own is taken if it has one, else that of the sets it extends.
 */
export const ruleBookSchema = z.strictObject({
  set: z.string().regex(/^[a-z]{2}\/[a-z-]+$/),
  version: z.string().regex(/^\d{4}\.\d+$/),
  extends: z.array(z.string()).optional(),
  destination: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .nullable(),
  name: z.string(),
  currency: currencyCode,
  zone: z.string().meta({ description: 'IANA time zone in which the authority counts days' }),
  customsValue: z.array(z.strictObject({ ...rule, basis: z.enum(['CIF', 'FOB']) })),
  rounding: z.array(
    z.strictObject({
      ...rule,
      customsValue: rounding,
      converted: rounding
        .optional()
        .meta({ description: 'each amount brought from another currency, before it is added' }),
      duty: chargeRounding,
      excise: chargeRounding,
      fee: chargeRounding,
      tax: chargeRounding,
      charges: z
        .record(chargeCode, chargeRounding)
        .optional()
        .meta({ description: 'by code of the charge, where it differs from its group' }),
      feeds: z.enum(['rounded', 'exact']).meta({ description: 'what a charge hands on to the next base' }),
    }),
  ),
  fx: z.array(
    z.strictObject({
      ...rule,
      publisher: z.string(),
      dateOf: z.string(),
      period: z.enum(['day', 'week', 'month', 'quarter', 'notification']),
    }),
  ),
  taxTypes: z.partialRecord(z.enum(MEASURE_ROLES), chargeCode),
  charges: z
    .array(
      z.strictObject({
        ...rule,
        code: chargeCode,
        name: z.string(),
        of: z.array(basePart).min(1).meta({ description: 'what its base is the sum of' }),
        inside: z
          .boolean()
          .optional()
          .meta({ description: 'the tax is part of its own base: the sum is divided by one less its rate' }),
        times: z
          .strictObject({ over: decimalText, under: decimalText })
          .optional()
          .meta({ description: 'a fraction of the sum that is the base, e.g. 22/78 of the national tax' }),
      }),
    )
    .default([])
    .meta({
      description:
        'bases of charges, in the order in which charges of one role are computed. Without one: customs value for duty, excise and fees; value, duty, excise and fees for vat',
    }),
  areas: z.record(z.string(), z.array(z.string()).nullable()).meta({ description: 'members; null: every country' }),
  commodities,
  measures: z.array(measure),
  fees: z.array(
    z.strictObject({
      ...rule,
      code: chargeCode,
      taxType: z.string(),
      name: z.string(),
      entryType: z.enum(['formal', 'informal']).nullable(),
      transport: z.array(z.string()).nullable(),
      exemptPreferences: z
        .array(z.string())
        .optional()
        .meta({ description: 'preference codes: lines that claim one with proof are left out of the base' }),
      charge: z.discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('percent'),
          rate: decimalText,
          of: z.enum(VALUES).optional(),
          min: limit,
          max: limit,
        }),
        z.strictObject({ kind: z.literal('flat'), amount: decimalText }),
        z.strictObject({
          kind: z.literal('bands'),
          of: z.enum(VALUES).optional(),
          bands: z
            .array(z.strictObject({ above: decimalText, amount: decimalText }))
            .min(1)
            .meta({ description: 'rising; the last whose `above` the value exceeds gives the amount, none: zero' }),
        }),
        z.strictObject({
          kind: z.literal('by-line'),
          flat: decimalText,
          lines: z
            .array(z.strictObject({ from: z.int().positive(), amount: decimalText }))
            .min(1)
            .meta({ description: 'amount of each line counted from 1, until the next step' }),
        }),
        z.strictObject({ kind: z.literal('unknown'), why: z.string() }),
      ]),
    }),
  ),
  deMinimis: z
    .array(
      z.strictObject({
        ...rule,
        id: z.string(),
        says: z.string(),
        of: z.enum(['price', 'customsValue', 'cif', 'charged']).meta({
          description: 'what is compared: price is the intrinsic value; charged: the sum of what is relieved',
        }),
        upTo: decimalText,
        currency: currencyCode,
        inclusive: z.boolean().default(true),
        relieves: z.array(z.enum([...GROUPS, 'entry-fees'])).min(1),
        area: z.string().nullable().default(null),
        transport: z.array(z.string()).nullable().default(null),
        exceptCommodities: z.array(z.string()).default([]),
        applies: z.enum(['always', 'informal', 'never']).meta({
          description:
            'informal: entryType informal only; never: only told, because the request cannot show that it may be used',
        }),
      }),
    )
    .default([]),
  deferments: z
    .array(
      z.strictObject({
        ...rule,
        method: z.string(),
        charges: z.array(chargeCode).min(1),
        when: z.enum(['always', 'claimed']),
        says: z.string(),
      }),
    )
    .default([])
    .meta({ description: 'charges that are due but not payable with the entry' }),
  reliefs: z.array(z.strictObject({ ...rule, upTo: decimalText, says: z.string() })),
  gaps: z.array(z.strictObject({ ...rule, says: z.string() })),
});
export type RuleBook = z.infer<typeof ruleBookSchema>;
export type RuleBookMeasure = RuleBook['measures'][number];
export type Rounding = z.infer<typeof rounding>;
export type ChargeRounding = z.infer<typeof chargeRounding>;
export type BasePart = z.infer<typeof basePart>;

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
      measure.area in book.areas || /^[A-Z]{2}$/.test(measure.area) || book.extends !== undefined
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
