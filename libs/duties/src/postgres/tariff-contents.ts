import { createHash } from 'node:crypto';
import type { MeasureRole } from '@tidewaiter/contracts';
import type { Tx } from '@tidewaiter/event-store';
import type { Areas, TariffCode, TariffMeasure } from '../domain/tariff-snapshot.js';
import pg from 'pg';
import { stemsOf, type Ask } from './stems.js';

/** Between the fields of a row, and between rows, on their way to Postgres: one text a batch is written and read fastest. */
const FIELD = '\u001f';
const ROW = '\u001e';

// `offset 0`: the planner would otherwise split each row again for every field of it.
const CODES = `insert into tariff_codes (content_id, ordinal, code, declarable, ancestors, units, description, words)
  select $1, f[1]::integer, f[2], f[3]::boolean, f[4]::integer[], string_to_array(f[5], ' | '), f[6], w::tsvector
  from (select string_to_array(r, E'\x1f') as f, w from rows from (string_to_table($2, E'\x1e'), string_to_table($3, E'\x1e')) as t (r, w) offset 0) rows`;
const MEASURES = `insert into tariff_measures (content_id, ordinal, commodity, key, expression, measure)
  select $1, f[1]::integer, f[2], f[3], f[4], f[5] from (select string_to_array(r, E'\x1f') as f from string_to_table($2, E'\x1e') as r offset 0) rows`;

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
  private readonly measureHash = createHash('sha256');
  /** of each row so far with its headings, as its descendants carry them */
  private readonly stems = new Map<number, string>();
  private readonly roles = new Set<MeasureRole>();
  private readonly keys = new Map<string, number>();
  /** the write that is on its way while the next rows are read */
  private writing: Promise<unknown> = Promise.resolve();
  codes = 0;
  measures = 0;

  private constructor(
    private readonly tx: Tx,
    private readonly ask: Ask,
    readonly contentId: string,
  ) {}

  /**
   * @param ask  on another connection: a question for stems must not wait for the rows that are being written
   * @param mark unlike any digest and any other import's mark
   */
  static async begin(tx: Tx, ask: Ask, mark: string): Promise<ContentWriter> {
    const { rows } = await tx.query<{ content_id: string }>(
      `insert into tariff_contents (digest, areas, roles) values ($1, '{}', '{}') returning content_id`,
      [mark],
    );
    return new ContentWriter(tx, ask, rows[0]!.content_id);
  }

  async add(codes: readonly TariffCode[], measures: readonly TariffMeasure[]): Promise<void> {
    const stems = await stemsOf(
      this.ask,
      codes.map(({ description }) => description),
    );
    const codeRows = codes.map(codeRow).join(ROW);
    const vectors = codes.map((code, at) => this.vectorOf(code, stems[at]!)).join(ROW);
    const measureRows = measures.map((measure, at) => this.measureRow(measure, this.measures + at + 1)).join(ROW);
    // Each row with its mark, so that the digest does not depend on how the rows came in.
    if (codes.length > 0) this.hash.update(codeRows).update(ROW);
    if (measures.length > 0) this.measureHash.update(measureRows).update(ROW);
    this.codes += codes.length;
    this.measures += measures.length;
    // The next rows are read while these are written; a write that fails is told by the next call, or at the end.
    await this.writing;
    this.writing = Promise.all([
      codes.length > 0 && this.tx.query(CODES, [this.contentId, codeRows, vectors]),
      measures.length > 0 && this.tx.query(MEASURES, [this.contentId, measureRows]),
    ]);
    this.writing.catch(() => undefined);
  }

  /** The digest of everything written, in its order. */
  async digest(areas: Areas, roles: readonly MeasureRole[] | null): Promise<string> {
    await this.writing;
    this.hash.update(JSON.stringify([Object.entries(areas).sort(([a], [b]) => (a < b ? -1 : 1)), this.rolesOf(roles)]));
    this.hash.update(this.measureHash.digest());
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

  /** A stem that stands in its own words and in a heading's comes twice: Postgres keeps the heavier. */
  private vectorOf({ ordinal, ancestors }: TariffCode, own: readonly string[]): string {
    const headings = this.stems.get(ancestors.at(-1) ?? 0) ?? '';
    let inherited = headings;
    let vector = `'#${this.contentId}'${headings}`;
    for (const stem of own) {
      inherited += ` ${stem}:1`;
      vector += ` ${stem}:1A`;
    }
    this.stems.set(ordinal, inherited);
    return vector;
  }

  /** A second measure of one key (the same rate for another season, say) is told from the first by its number. */
  private keyOf(measure: TariffMeasure): string {
    const key = keyOf(measure);
    const times = (this.keys.get(`${measure.commodity} ${key}`) ?? 0) + 1;
    this.keys.set(`${measure.commodity} ${key}`, times);
    return times === 1 ? key : `${key} · ${times}`;
  }

  private measureRow(measure: TariffMeasure, ordinal: number): string {
    this.roles.add(measure.role);
    const { commodity, expression } = measure;
    const key = unmarked(this.keyOf(measure));
    return `${ordinal}${FIELD}${commodity}${FIELD}${key}${FIELD}${unmarked(expression)}${FIELD}${JSON.stringify(measure)}`;
  }
}

const MARK = /[\u001e\u001f]/;
/** Free text without the two marks; what else a row is made of (digits, JSON) cannot hold them. */
const unmarked = (text: string): string => (MARK.test(text) ? text.replaceAll(FIELD, ' ').replaceAll(ROW, ' ') : text);

const codeRow = ({ ordinal, code, declarable, ancestors, units, description }: TariffCode): string =>
  `${ordinal}${FIELD}${code}${FIELD}${declarable}${FIELD}{${ancestors.join(',')}}${FIELD}${unmarked(units.join(' | '))}${FIELD}${unmarked(description)}`;

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
