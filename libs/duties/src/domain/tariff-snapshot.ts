import type { LegalDate } from '@tidewaiter/kernel';
import { isInForce, type RuleBookMeasure } from './rule-book.js';

/** A row of a nomenclature as it was published: a heading, with a code or without, or a code that goods are declared under. */
export interface TariffCode {
  /** place in the file; parents come before children */
  ordinal: number;
  /** digits only; empty for a heading that the tariff prints without a number */
  code: string;
  description: string;
  declarable: boolean;
  /** ordinals of the headings above, from the outermost inwards */
  ancestors: number[];
  units: string[];
}

/**
 * A measure as a published tariff states it: the shape of a rule book's measure, and what only a whole tariff knows. `programs`
 * lists preference programs that share one rate (the US schedule prints “Free (AU,BH,…)”): each is a measure of its own once asked.
 */
export interface TariffMeasure extends RuleBookMeasure {
  /** countries or areas that the area does not cover */
  except?: string[];
  programs?: string[];
}

/** Members of areas; null: every country. An area that is not here covers the country of its own name only. */
export type Areas = Readonly<Record<string, readonly string[] | null>>;

export function covers(areas: Areas, area: string, origin: string): boolean {
  const members = areas[area];
  if (members === undefined) return area === origin;
  return members === null || members.includes(origin);
}

const programArea = (program: string): string => `program ${program}`;

/** A measure for each program that the origin has, and the measure itself when it names none. */
function* each(measure: TariffMeasure): Generator<TariffMeasure> {
  const { programs, ...rest } = measure;
  if (!programs) yield measure;
  for (const program of programs ?? []) {
    yield {
      ...rest,
      id: `${measure.id}-${program}`,
      type: program,
      area: programArea(program),
      claim: { preferenceCode: program.replace(/[+*]/g, '\\$&'), proofs: measure.claim!.proofs },
    };
  }
}

/**
 * One tariff version in memory. What it costs to ask follows the length of a code, not the size of the tariff: rows are found by
 * each beginning of the code, which is how measures are inherited.
 */
export class TariffSnapshot {
  private readonly measures = new Map<string, TariffMeasure[]>();
  private readonly codes = new Map<string, TariffCode>();
  private readonly children = new Map<string, TariffCode[]>();
  private readonly rows = new Map<number, TariffCode>();

  constructor(
    readonly areas: Areas,
    codes: Iterable<TariffCode>,
    measures: Iterable<TariffMeasure>,
  ) {
    for (const code of codes) {
      this.rows.set(code.ordinal, code);
      if (code.code === '') continue;
      this.codes.set(code.code, code);
      const parent = code.ancestors.map((at) => this.rows.get(at)?.code ?? '').findLast((each) => each !== '');
      if (parent !== undefined) push(this.children, parent, code);
    }
    for (const measure of measures) push(this.measures, measure.commodity, measure);
  }

  /** The row of a code, or of the longest beginning of it that goods may be declared under. */
  find(commodity: string): TariffCode | undefined {
    const own = this.codes.get(commodity);
    if (own) return own;
    for (let length = commodity.length - 1; length >= 6; length -= 1) {
      const found = this.codes.get(commodity.slice(0, length));
      if (found) return found.declarable ? found : undefined;
    }
    return undefined;
  }

  /** The rows above one, from the outermost inwards. */
  headings({ ancestors }: TariffCode): TariffCode[] {
    return ancestors.flatMap((ordinal) => this.rows.get(ordinal) ?? []);
  }

  /** Codes that goods may be declared under, below the longest beginning of this one that is a heading. */
  near(commodity: string, most: number): TariffCode[] {
    for (let length = commodity.length; length >= 4; length -= 1) {
      const found = this.leaves(commodity.slice(0, length), most);
      if (found.length > 0) return found;
    }
    return [];
  }

  private leaves(code: string, most: number): TariffCode[] {
    const found: TariffCode[] = [];
    for (const child of this.below(code)) {
      if (found.length >= most) break;
      if (child.declarable) found.push(child);
      else found.push(...this.leaves(child.code, most - found.length));
    }
    return found;
  }

  /** The codes right below one, in the tariff's order. */
  below(code: string): readonly TariffCode[] {
    return this.children.get(code) ?? [];
  }

  /** Measures of a code and of every heading above it that are in force on the day, and, with an origin, reach it. */
  measuresFor(commodity: string, on: LegalDate, origin?: string): TariffMeasure[] {
    const found: TariffMeasure[] = [];
    for (let length = 0; length <= commodity.length; length += 1) {
      for (const row of this.measures.get(commodity.slice(0, length)) ?? []) {
        if (!isInForce(row, on)) continue;
        for (const measure of each(row)) if (origin === undefined || this.reaches(measure, origin)) found.push(measure);
      }
    }
    return found;
  }

  private reaches({ area, except = [] }: TariffMeasure, origin: string): boolean {
    return covers(this.areas, area, origin) && !except.some((excluded) => covers(this.areas, excluded, origin));
  }
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
