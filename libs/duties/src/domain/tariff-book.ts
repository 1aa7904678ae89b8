import type { AssessmentRequest, MeasureRole } from '@tidewaiter/contracts';
import type { LegalDate } from '@tidewaiter/kernel';
import { ruleBookSchema, type RuleBook, type RuleBookMeasure } from './rule-book.js';
import type { TariffMeasure, TariffSnapshot } from './tariff-snapshot.js';

/** One version of a tariff, ready to be asked, in the order of `inForceOn`. */
export interface LoadedTariff {
  tariffId: string;
  digest: string;
  scope: 'whole' | 'part';
  /** roles that it states in full for the codes it knows: the house's own rules of these roles give way */
  roles: readonly MeasureRole[];
  snapshot: TariffSnapshot;
}

type Asked = Pick<AssessmentRequest, 'lines' | 'origin' | 'lawDate'>;

const FIELDS = Object.keys(ruleBookSchema.shape.measures.element.shape);
/** The part of a published measure that a rule book has a place for. */
function rowOf(measure: TariffMeasure, area: string): RuleBookMeasure {
  const row = { ...measure, area } as unknown as Record<string, unknown>;
  return Object.fromEntries(
    FIELDS.filter((field) => row[field] !== undefined).map((field) => [field, row[field]]),
  ) as RuleBookMeasure;
}

const originsOf = (request: Asked): Map<string, Set<string>> => {
  const origins = new Map<string, Set<string>>();
  for (const { commodity, origin = request.origin, measures } of request.lines) {
    if (measures) continue;
    if (!origins.has(commodity)) origins.set(commodity, new Set());
    origins.get(commodity)!.add(origin);
  }
  return origins;
};

/**
 * The house's rule book with the rows of published tariffs in it that a request asks for: what an assessment on an imported
 * tariff stands on. It holds the rows themselves, so that the assessment can be computed again when the tariff is long gone.
 *
 * A code that no tariff knows keeps the house's own rows, unless a whole tariff is in force: then it is no code.
 *
 * @param tariffs in the order they are asked
 * @returns the same book when no tariff has a word on any line; the versions that had one otherwise
 */
export function bookWithTariffs(
  book: RuleBook,
  tariffs: readonly LoadedTariff[],
  request: Asked,
): { book: RuleBook; used: LoadedTariff[] } {
  const origins = originsOf(request);
  const used = new Set<LoadedTariff>();
  const answered = new Map<string, LoadedTariff>();
  const unknown = new Set<string>();
  for (const commodity of origins.keys()) {
    const tariff = tariffs.find(({ snapshot, scope }) => snapshot.find(commodity) !== undefined || scope === 'whole');
    if (!tariff) continue;
    used.add(tariff);
    if (tariff.snapshot.find(commodity)) answered.set(commodity, tariff);
    else unknown.add(commodity);
  }
  if (used.size === 0) return { book, used: [] };

  const on = request.lawDate;
  const measures = new Map<string, RuleBookMeasure>();
  const areas: RuleBook['areas'] = { ...book.areas };
  const codes = new Map<string, RuleBook['commodities'][number]>();
  const taxed = new Set<string>();
  for (const [commodity, tariff] of answered) {
    for (const code of declarableFor(tariff.snapshot, commodity))
      codes.set(code.code, { ...code, from: '1970-01-01', to: null });
    for (const origin of origins.get(commodity)!) {
      for (const measure of tariff.snapshot.measuresFor(commodity, on, origin)) {
        // A claim that the tariff names no document for can be shown, not weighed: a rule book says what supports a claim.
        if (measure.claim?.proofs.length === 0) continue;
        if (measure.role === 'vat') taxed.add(commodity);
        const area = `${measure.id} ${measure.area}`;
        areas[area] = [...new Set([...(areas[area] ?? []), origin])].sort();
        measures.set(measure.id, rowOf(measure, area));
      }
    }
  }
  // A tariff without a tax on a code is silent, not free of tax: there the house's own tax stays.
  const replaced = (row: RuleBookMeasure, commodity: string): boolean =>
    commodity.startsWith(row.commodity) &&
    (answered.get(commodity)?.roles.includes(row.role) ?? false) &&
    (row.role !== 'vat' || taxed.has(commodity));
  const own = book.measures.flatMap((row) => {
    if (![...answered.keys()].some((commodity) => replaced(row, commodity))) return [row];
    // The house's rule gives way for some codes of the request only: it stays for each of the others by itself.
    return [...origins.keys()]
      .filter((commodity) => commodity.startsWith(row.commodity) && !replaced(row, commodity))
      .map((commodity) => ({ ...row, id: `${row.id} ${commodity}`, commodity }));
  });
  const ownCodes = book.commodities.filter(
    ({ code }) =>
      ![...answered.keys(), ...unknown].some((commodity) => commodity.startsWith(code) || code.startsWith(commodity)),
  );
  const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
  return {
    book: {
      ...book,
      areas,
      commodities: [...ownCodes, ...[...codes.values()].sort((a, b) => (a.code < b.code ? -1 : 1))],
      measures: [...own, ...[...measures.values()].sort(byId)],
    },
    used: [...used],
  };
}

/** The code itself when it can be declared, else the ones below it: the engine asks which of them is meant. */
function declarableFor(snapshot: TariffSnapshot, commodity: string): { code: string; description: string }[] {
  const found = snapshot.find(commodity)!;
  const codes = found.declarable ? [found] : snapshot.near(found.code, Infinity);
  return codes.map(({ code, description }) => ({ code, description }));
}

/** What a classification rests on: words and measures of a code on a day, for whoever digests them. */
export function groundsOf(snapshot: TariffSnapshot, commodity: string, on: LegalDate): { rates: unknown[] } {
  return {
    rates: snapshot
      .measuresFor(commodity, on)
      .map(({ role, type, area, except, expression, claim, additionalCode }) => [
        role,
        type,
        area,
        except ?? [],
        expression,
        claim ?? null,
        additionalCode ?? null,
      ])
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  };
}
