import { createHash } from 'node:crypto';
import type { MeasureRole } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import type { Areas, TariffCode, TariffMeasure } from '../domain/tariff-snapshot.js';
import pg from 'pg';
import { learn, stemsOf } from './stems.js';

const CODES = `insert into tariff_codes (content_id, ordinal, code, declarable, ancestors, units, description, words)
  select $1, o, c, d, a::integer[], u::text[], t, w::tsvector
  from unnest($2::integer[], $3::text[], $4::boolean[], $5::text[], $6::text[], $7::text[], $8::text[]) as r (o, c, d, a, u, t, w)`;
const MEASURES = `insert into tariff_measures (content_id, ordinal, commodity, key, expression, measure)
  select $1, * from unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[])`;

/** A list of texts as Postgres writes an array. */
const arrayText = (items: readonly string[]): string =>
  `{${items.map((item) => `"${item.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`;

const keyOf = (measure: TariffMeasure): string =>
  [
    measure.role,
    measure.type,
    measure.area,
    ...(measure.except ? [`without ${measure.except.join(' ')}`] : []),
    ...(measure.programs ? [measure.programs.join(' ')] : []),
    measure.additionalCode ?? '',
    measure.quotaOrderNumber ?? '',
  ]
    .filter((part) => part !== '')
    .join(' · ');

/**
 * Writes the rows of one tariff inside one transaction: nobody sees any of them before all are there, and when it ends early, by an
 * error or with the process, none ever was.
 */
export class ContentWriter {
  private readonly hash = createHash('sha256');
  private readonly stems = new Map<number, readonly string[]>();
  private readonly roles = new Set<MeasureRole>();
  private readonly keys = new Map<string, number>();
  /** the write that is on its way while the next rows are read */
  private writing: Promise<unknown> = Promise.resolve();
  codes = 0;
  measures = 0;

  private constructor(
    private readonly tx: Tx,
    readonly contentId: string,
  ) {}

  /** @param mark unlike any digest and any other import's mark */
  static async begin(tx: Tx, mark: string): Promise<ContentWriter> {
    const { rows } = await tx.query<{ content_id: string }>(
      `insert into tariff_contents (digest, areas, roles) values ($1, '{}', '{}') returning content_id`,
      [mark],
    );
    return new ContentWriter(tx, rows[0]!.content_id);
  }

  async add(codes: readonly TariffCode[], measures: readonly TariffMeasure[]): Promise<void> {
    await this.writing;
    if (codes.length > 0) {
      await learn(
        this.tx,
        codes.map(({ description }) => description),
      );
      this.writing = this.tx.query(CODES, [this.contentId, ...this.codeColumns(codes)]);
    }
    if (measures.length > 0) {
      const before = this.writing;
      const write = this.tx.query(MEASURES, [this.contentId, ...this.measureColumns(measures)]);
      this.writing = Promise.all([before, write]);
    }
    // Told where it is waited for: the next call, or the end.
    this.writing.catch(() => undefined);
    this.codes += codes.length;
    this.measures += measures.length;
  }

  /** The digest of everything written, in its order. */
  async digest(areas: Areas, roles: readonly MeasureRole[] | null): Promise<string> {
    await this.writing;
    this.hash.update(JSON.stringify([Object.entries(areas).sort(([a], [b]) => (a < b ? -1 : 1)), this.rolesOf(roles)]));
    return `sha256:${this.hash.digest('hex')}`;
  }

  /** Gives the rows their name. @returns false when these very rows are kept already: then the transaction must not commit */
  async keep(digest: string, areas: Areas, roles: readonly MeasureRole[] | null): Promise<boolean> {
    const known = await this.tx.query('select from tariff_contents where digest = $1', [digest]);
    if (known.rowCount) return false;
    await this.tx.query('update tariff_contents set digest = $2, areas = $3, roles = $4 where content_id = $1', [
      this.contentId,
      digest,
      JSON.stringify(areas),
      this.rolesOf(roles),
    ]);
    return true;
  }

  private rolesOf(roles: readonly MeasureRole[] | null): string[] {
    return [...(roles ?? this.roles)].sort();
  }

  private codeColumns(codes: readonly TariffCode[]): unknown[] {
    const columns = {
      ordinal: [] as number[],
      code: [] as string[],
      declarable: [] as boolean[],
      ancestors: [] as string[],
      units: [] as string[],
      description: [] as string[],
      words: [] as string[],
    };
    for (const each of codes) {
      const own = stemsOf(each.description);
      this.stems.set(each.ordinal, own);
      columns.ordinal.push(each.ordinal);
      columns.code.push(each.code);
      columns.declarable.push(each.declarable);
      columns.ancestors.push(`{${each.ancestors.join(',')}}`);
      columns.units.push(arrayText(each.units));
      columns.description.push(each.description);
      columns.words.push(this.vectorOf(own, each.ancestors));
      this.hash.update(
        JSON.stringify([each.ordinal, each.code, each.declarable, each.ancestors, each.units, each.description]),
      );
    }
    return Object.values(columns);
  }

  private vectorOf(own: readonly string[], ancestors: readonly number[]): string {
    const weights = new Map<string, string>();
    for (const ancestor of ancestors) for (const stem of this.stems.get(ancestor) ?? []) weights.set(stem, `${stem}:1`);
    for (const stem of own) weights.set(stem, `${stem}:1A`);
    return `'#${this.contentId}' ${[...weights.values()].join(' ')}`;
  }

  /** A second measure of one key (the same rate for another season, say) is told from the first by its number. */
  private keyOf(measure: TariffMeasure): string {
    const key = keyOf(measure);
    const times = (this.keys.get(`${measure.commodity} ${key}`) ?? 0) + 1;
    this.keys.set(`${measure.commodity} ${key}`, times);
    return times === 1 ? key : `${key} · ${times}`;
  }

  private measureColumns(measures: readonly TariffMeasure[]): unknown[] {
    const ordinals: number[] = [];
    const commodities: string[] = [];
    const keys: string[] = [];
    const expressions: string[] = [];
    const texts: string[] = [];
    measures.forEach((measure, index) => {
      const text = JSON.stringify(measure);
      this.roles.add(measure.role);
      ordinals.push(this.measures + index + 1);
      commodities.push(measure.commodity);
      keys.push(this.keyOf(measure));
      expressions.push(measure.expression);
      texts.push(text);
      this.hash.update(text);
    });
    return [ordinals, commodities, keys, expressions, texts];
  }
}

/** Whether somebody else has kept the same rows while these were on their way. */
export const isKeptMeanwhile = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.constraint === 'tariff_contents_digest_key';

interface CodeRow {
  ordinal: number;
  code: string;
  description: string;
  declarable: boolean;
  ancestors: number[];
  units: string[];
}

const COLUMNS = 'ordinal, code, description, declarable, ancestors, units';

/** Rows of tariffs by their content, which a caller knows from a version of the tenant's. */
export const tariffContents = {
  async areas(tx: Tx, contentId: string): Promise<{ areas: Areas; roles: MeasureRole[] }> {
    const { rows } = await tx.query<{ areas: Areas; roles: MeasureRole[] }>(
      'select areas, roles from tariff_contents where content_id = $1',
      [contentId],
    );
    return rows[0]!;
  },

  async codes(tx: Tx, contentId: string): Promise<TariffCode[]> {
    const { rows } = await tx.query<CodeRow>(
      `select ${COLUMNS} from tariff_codes where content_id = $1 order by ordinal`,
      [contentId],
    );
    return rows;
  },

  async measures(tx: Tx, contentId: string): Promise<TariffMeasure[]> {
    const { rows } = await tx.query<{ measure: string }>(
      'select measure from tariff_measures where content_id = $1 order by ordinal',
      [contentId],
    );
    return rows.map(({ measure }) => JSON.parse(measure) as TariffMeasure);
  },

  /** The row of a code with the rows of its headings, outermost first; undefined when there is none of that code. */
  async code(
    tx: Tx,
    contentId: string,
    code: string,
  ): Promise<{ row: TariffCode; headings: TariffCode[] } | undefined> {
    const { rows } = await tx.query<CodeRow>(
      `with own as (select ordinal, ancestors from tariff_codes where content_id = $1 and code = $2)
       select ${COLUMNS.replace(/(\w+)/g, 'c.$1')} from tariff_codes c, own
       where c.content_id = $1 and (c.ordinal = own.ordinal or c.ordinal = any(own.ancestors)) order by c.ordinal`,
      [contentId, code],
    );
    const row = rows.find((each) => each.code === code);
    return row ? { row, headings: rows.filter((each) => each !== row) } : undefined;
  },

  /** Measures of a code and of all that it inherits from. */
  async measuresOf(tx: Tx, contentId: string, codes: readonly string[]): Promise<TariffMeasure[]> {
    const { rows } = await tx.query<{ measure: string }>(
      'select measure from tariff_measures where content_id = $1 and commodity = any($2) order by ordinal',
      [contentId, codes],
    );
    return rows.map(({ measure }) => JSON.parse(measure) as TariffMeasure);
  },

  /** Codes right below one. */
  async below(tx: Tx, contentId: string, ordinal: number): Promise<TariffCode[]> {
    const { rows } = await tx.query<CodeRow>(
      `select ${COLUMNS} from tariff_codes where content_id = $1 and ancestors @> array[$2::integer] and ancestors[cardinality(ancestors)] = $2
       order by ordinal`,
      [contentId, ordinal],
    );
    return rows;
  },
};
