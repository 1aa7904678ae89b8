import { MEASURE_ROLES, type MeasureCondition, type MeasureRole } from '@tidewaiter/contracts';
import { z } from 'zod';
import { parseExpression } from '../domain/expression.js';
import type { TariffCode, TariffMeasure } from '../domain/tariff-snapshot.js';
import { linesOf, textOf, unreadable, type Found, type ReadOptions, type TariffReader } from './read.js';

/** What a measure type of the UK tariff is to a calculation; every other type is a control, a prohibition or a unit to declare. */
const ROLE_OF_TYPE: Record<string, string> = {
  103: 'basic-duty',
  105: 'basic-duty',
  106: 'preference',
  112: 'suspension',
  115: 'suspension',
  117: 'suspension',
  119: 'suspension',
  122: 'quota',
  123: 'quota',
  141: 'suspension',
  142: 'preference',
  143: 'quota',
  145: 'preference',
  146: 'quota',
  147: 'quota',
  305: 'vat',
  306: 'excise',
  551: 'anti-dumping',
  552: 'anti-dumping',
  553: 'countervailing',
  554: 'countervailing',
  695: 'additional-duty',
  696: 'safeguard',
};

/** The preference code that a declaration claims a measure type by, where the measure itself names none. */
const PREFERENCE_OF_TYPE: Record<string, string> = {
  105: '140',
  106: '400',
  112: '110',
  115: '115',
  117: '115',
  119: '119',
  122: '120',
  123: '123',
  141: '310',
  142: '300',
  143: '320',
  145: '340',
  146: '323',
  147: '420',
};

/** Actions under which the measure applies when the condition is met. */
const APPLIES = new Set(['01', '24', '25', '26', '27', '28', '29', '34', '36']);
/** Words of actions, where an extract has them and not their codes. */
const ACTION_OF_WORDS: Record<string, string> = {
  'Apply the amount of the action': '01',
  'Apply the mentioned duty': '27',
  'Measure not applicable': '07',
  'Entry into free circulation allowed': '24',
  'The entry into free circulation is not allowed': '04',
  'Import/export allowed after control': '29',
  'Import/export not allowed after control': '09',
};
const actionOf = (code: string | null | undefined, words: string | null | undefined): string =>
  code || (Object.entries(ACTION_OF_WORDS).find(([known]) => words?.startsWith(known))?.[1] ?? '');

const ANY_ORIGIN = '1011';

interface Area {
  id: string;
  members: string[] | null;
}

interface GivenMeasure {
  id: string;
  type: string;
  area: Area;
  except: string[];
  from: string;
  to: string | null;
  expression: string | null;
  law: string | null;
  additionalCode: string | null;
  quotaOrderNumber: string | null;
  preferenceCode: string | null;
  conditions: GivenCondition[];
}

/** A condition as the file has it: its own duty as text. */
type GivenCondition = Omit<MeasureCondition, 'components'> & { expression?: string };

interface GivenCommodity {
  code: string;
  description: string;
  declarable: boolean;
  headings: { code: string; description: string }[];
  measures: GivenMeasure[];
}

// ---- the API's own document (JSON:API)

const link = z.object({ id: z.string(), type: z.string() });
const toOne = z.object({ data: link.nullable() }).optional();
const toMany = z.object({ data: z.array(link) }).optional();
const resource = z.looseObject({
  id: z.string(),
  type: z.string(),
  attributes: z.looseObject({}).default({}),
  relationships: z.looseObject({}).default({}),
});
type Resource = z.infer<typeof resource>;
const apiDocument = z.object({ data: resource, included: z.array(resource).default([]) });

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
const dayOf = (value: unknown): string => text(value).slice(0, 10);

function ofApi({ data, included }: z.infer<typeof apiDocument>): GivenCommodity {
  const known = new Map(included.map((each) => [`${each.type} ${each.id}`, each]));
  const one = (from: Resource, name: string): Resource | undefined => {
    const to = toOne.safeParse(from.relationships[name]).data?.data;
    return to ? (known.get(`${to.type} ${to.id}`) ?? { ...to, attributes: {}, relationships: {} }) : undefined;
  };
  const many = (from: Resource, name: string): Resource[] =>
    (toMany.safeParse(from.relationships[name]).data?.data ?? []).map(
      (to) => known.get(`${to.type} ${to.id}`) ?? { ...to, attributes: {}, relationships: {} },
    );
  const areaOf = (measure: Resource): Area => {
    const area = one(measure, 'geographical_area');
    const members = area ? many(area, 'children_geographical_areas').map(({ id }) => id) : [];
    return { id: area?.id ?? '', members: members.length > 0 ? members : null };
  };
  const measureOf = (measure: Resource): GivenMeasure => {
    const order = one(measure, 'order_number');
    return {
      id: measure.id,
      type: one(measure, 'measure_type')?.id ?? '',
      area: areaOf(measure),
      except: many(measure, 'excluded_countries').map(
        ({ id, attributes }) => text(attributes['geographical_area_id']) || id,
      ),
      from: dayOf(measure.attributes['effective_start_date']),
      to: dayOf(measure.attributes['effective_end_date']) || null,
      expression: text(one(measure, 'duty_expression')?.attributes['base']) || null,
      law:
        many(measure, 'legal_acts')
          .map(({ id }) => id)
          .join(', ') || null,
      additionalCode: text(one(measure, 'additional_code')?.attributes['code']) || null,
      quotaOrderNumber: order?.id ?? null,
      preferenceCode: one(measure, 'preference_code')?.id ?? null,
      conditions: many(measure, 'measure_conditions').map(({ attributes }) => ({
        code: text(attributes['condition_code']),
        document: text(attributes['document_code']) || null,
        action: actionOf(text(attributes['action_code']), text(attributes['action'])),
        ...(text(attributes['duty_expression']) === ''
          ? {}
          : { expression: text(attributes['duty_expression']).replace(/<[^>]*>/g, '') }),
      })),
    };
  };
  const codeOf = ({ attributes }: Resource): { code: string; description: string } => ({
    code: text(attributes['goods_nomenclature_item_id']),
    description: text(attributes['formatted_description'] ?? attributes['description'])
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  });
  const headings = ['chapter', 'heading'].flatMap((name) => one(data, name) ?? []).concat(many(data, 'ancestors'));
  return {
    ...codeOf(data),
    declarable: data.attributes['declarable'] !== false,
    headings: headings.map(codeOf).filter(({ code }) => code !== ''),
    measures: many(data, 'import_measures').map(measureOf),
  };
}

// ---- the same, flattened, as extracts of it are handed on

const flat = z.object({
  commodityCode: z.string(),
  description: z.string(),
  declarable: z.boolean().default(true),
  measures: z.array(
    z.object({
      id: z.string(),
      measureType: z.string(),
      area: z.string(),
      excluded: z.array(z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)])).default([]),
      from: z.string(),
      to: z.string().nullable().default(null),
      expression: z.string().nullish(),
      additionalCode: z.string().nullish(),
      quotaOrderNumber: z.string().nullish(),
      conditions: z
        .array(
          z.object({
            conditionCode: z.string().default(''),
            document: z.string().nullish(),
            action: z.string().nullish(),
            actionCode: z.string().nullish(),
            expression: z.string().nullish(),
          }),
        )
        .default([]),
    }),
  ),
});

const ofFlat = ({ commodityCode, description, declarable, measures }: z.infer<typeof flat>): GivenCommodity => ({
  code: commodityCode,
  description,
  declarable,
  headings: [],
  measures: measures.map((measure) => ({
    id: measure.id,
    type: measure.measureType,
    area: { id: measure.area, members: null },
    except: measure.excluded,
    from: measure.from,
    to: measure.to,
    expression: measure.expression ?? null,
    law: null,
    additionalCode: measure.additionalCode ?? null,
    quotaOrderNumber: measure.quotaOrderNumber ?? null,
    preferenceCode: null,
    conditions: measure.conditions.map(({ conditionCode, document, action, actionCode, expression }) => ({
      code: conditionCode,
      document: document ?? null,
      action: actionOf(actionCode, action),
      ...(expression ? { expression } : {}),
    })),
  })),
});

// ---- what both are taken as

/** What an additional code is to a declaration, by the role of its measure. */
const ASKS_BY: Partial<Record<MeasureRole, 'option' | 'exciseCode'>> = { vat: 'option', excise: 'exciseCode' };

const isRole = (role: string): role is MeasureRole => (MEASURE_ROLES as readonly string[]).includes(role);

class CommodityReader {
  private ordinal = 0;
  private readonly ordinals = new Map<string, number>();

  constructor(
    private readonly found: Found,
    private readonly options: ReadOptions,
  ) {}

  get rows(): number {
    return this.ordinal;
  }

  take(line: number, given: GivenCommodity): void {
    const { found } = this;
    if (!/^\d{8,10}$/.test(given.code)) {
      return found.refuse({
        line,
        code: given.code,
        column: 'code',
        text: given.code,
        reason: 'a code of 8 or 10 digits expected',
      });
    }
    if (this.ordinals.has(given.code)) {
      return found.refuse({
        line,
        code: given.code,
        column: 'code',
        text: given.code,
        reason: 'the code is in the file twice',
      });
    }
    const ancestors = given.headings
      .filter(({ code }) => code !== given.code)
      .reduce<number[]>(
        (above, heading) => [...above, this.place({ ...heading, declarable: false, ancestors: above, units: [] })],
        [],
      );
    this.place({
      code: given.code,
      description: given.description,
      declarable: given.declarable,
      ancestors,
      units: [],
    });
    for (const measure of given.measures) this.measure(line, given.code, measure);
  }

  private place(code: Omit<TariffCode, 'ordinal'>): number {
    const known = this.ordinals.get(code.code);
    if (known !== undefined) return known;
    this.ordinal += 1;
    this.ordinals.set(code.code, this.ordinal);
    // Headings end in zeros here; measures are inherited by the first digits, so that the code as it is printed would inherit nothing.
    const digits = code.declarable ? code.code : code.code.replace(/(00)+$/, '');
    this.found.codes.push({ ...code, code: digits, ordinal: this.ordinal });
    return this.ordinal;
  }

  private measure(line: number, commodity: string, given: GivenMeasure): void {
    const { found } = this;
    const refuse = (column: string, shown: string, reason: string): void =>
      found.refuse({ line, code: commodity, column: `measure ${given.id}, ${column}`, text: shown, reason });
    const role = ROLE_OF_TYPE[given.type];
    if (role === undefined) return found.skip(`measure type ${given.type}: no charge`);
    if (!isRole(role)) return refuse('type', given.type, `a measure of the kind “${role}” is not served`);
    if (given.expression === null || given.expression === '')
      return refuse('expression', '', 'a charge without an expression');
    if (!this.area(given.area)) {
      return refuse('area', given.area.id, 'the file does not say which countries the area has');
    }
    if (!/^\d{4}-\d{2}-\d{2}$/.test(given.from)) return refuse('from', given.from, 'a first day expected');
    const preferenceCode = given.preferenceCode ?? PREFERENCE_OF_TYPE[given.type];
    const documents = given.conditions.filter(({ document, action }) => document !== null && APPLIES.has(action));
    const proofs = [...new Set(documents.map(({ document }) => document!))];
    // Conditions are taken in full or not at all: without one of them the others say something else.
    const readable = given.conditions.every(
      ({ action, expression }) => action !== '' && (expression === undefined || found.fault(expression) === null),
    );
    if (!readable) return refuse('conditions', given.expression, 'a condition whose action or amount cannot be read');
    // Documents of one row that only support a claim are the claim; whatever says more stays as conditions too, and says it all.
    const says =
      preferenceCode === undefined ||
      new Set(given.conditions.map(({ code }) => code)).size > 1 ||
      given.conditions.some(({ expression }) => expression !== undefined);
    const conditions = (says ? given.conditions : []).map(({ expression, ...condition }): MeasureCondition =>
      expression === undefined ? condition : { ...condition, components: parseExpression(expression, `/${given.id}`) },
    );
    const measure: TariffMeasure = {
      id: `gb-${given.id}-${commodity}`,
      commodity,
      role,
      type: given.type,
      area: given.area.id,
      ...(given.except.length > 0 ? { except: given.except } : {}),
      expression: given.expression,
      ...(preferenceCode === undefined ? {} : { claim: { preferenceCode, proofs } }),
      ...(given.additionalCode === null ? {} : { [ASKS_BY[role] ?? 'additionalCode']: given.additionalCode }),
      ...(given.quotaOrderNumber === null ? {} : { quotaOrderNumber: given.quotaOrderNumber }),
      ...(conditions.length > 0 ? { conditions } : {}),
      from: given.from,
      to: given.to,
      law: given.law
        ? `UK Tariff, measure ${given.id}; ${given.law}`
        : `UK Tariff, measure ${given.id} of type ${given.type}`,
      confidence: 'high',
    };
    found.measure(measure, line, `measure ${given.id}, expression`);
  }

  /** Whether it is known whom the area has; a country is its own only member. */
  private area({ id, members }: Area): boolean {
    if (id === ANY_ORIGIN) this.found.areas[id] = null;
    else if (members !== null) this.found.areas[id] = members;
    else if (id in this.options.areas) this.found.areas[id] = this.options.areas[id]?.slice() ?? null;
    else return id in this.found.areas || /^[A-Z]{2}$/.test(id);
    return true;
  }
}

const LARGEST_DOCUMENT = 32 * 1024 * 1024;

/** One document, an array of them, or `{ "commodities": […] }`: whatever JSON holds, as documents. */
function documentsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  const { commodities } = value as { commodities?: unknown };
  return Array.isArray(commodities) ? commodities : [value];
}

function take(reader: CommodityReader, found: Found, value: unknown, line: number): boolean {
  const api = apiDocument.safeParse(value);
  if (api.success) {
    reader.take(line, ofApi(api.data));
    return true;
  }
  const extract = flat.safeParse(value);
  if (extract.success) {
    reader.take(line, ofFlat(extract.data));
    return true;
  }
  const issue = extract.error.issues[0]!;
  found.refuse({
    line,
    code: '',
    column: issue.path.map(String).join('.'),
    text: JSON.stringify(value).slice(0, 120),
    reason: `neither a commodity of the API (data, included) nor an extract of one: ${issue.message}`,
  });
  return false;
}

/**
 * Reads commodities of the UK Trade Tariff API (`/api/v2/commodities/…`, JSON:API): one document, an array, or one document a line.
 * Measures that carry no charge (controls, supplementary units) are counted, not kept.
 */
export const readUkTradeTariff: TariffReader = async function* (file, found, options) {
  const reader = new CommodityReader(found, options);
  let taken = 0;
  let whole = '';
  let wholeFrom = 1;
  for await (const lines of linesOf(textOf(file))) {
    for (const { line, text: row } of lines) {
      if (whole === '' && row.trim() === '') continue;
      if (whole === '') wholeFrom = line;
      whole += `${row}\n`;
      if (whole.length > LARGEST_DOCUMENT)
        throw unreadable('too-large', `line ${wholeFrom}`, `a document of more than ${LARGEST_DOCUMENT} characters`);
      // A document ends with its own line, or, printed over many, with a bracket at the margin: trying every line would be slow.
      if (whole.length > row.length + 1 && !/^[\]}]/.test(row)) continue;
      const value = parsed(whole);
      if (value === undefined) continue;
      for (const each of documentsOf(value)) if (take(reader, found, each, wholeFrom)) taken += 1;
      whole = '';
    }
    yield;
  }
  const rest = whole.trim() === '' ? undefined : parsed(whole);
  for (const each of rest === undefined ? [] : documentsOf(rest)) if (take(reader, found, each, wholeFrom)) taken += 1;
  if (whole.trim() !== '' && rest === undefined) {
    const format = /^\s*[[{]/.test(whole) ? 'cut' : 'wrong-format';
    throw unreadable(
      format,
      `line ${wholeFrom}`,
      format === 'cut' ? 'the file ends inside a document' : 'a JSON document expected',
    );
  }
  if (taken === 0) {
    const reason = found.refused[0]?.reason;
    throw unreadable(reason === undefined ? 'empty' : 'wrong-format', 'line 1', reason ?? 'no commodity');
  }
  yield;
};

function parsed(candidate: string): unknown {
  try {
    const value: unknown = JSON.parse(candidate);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
