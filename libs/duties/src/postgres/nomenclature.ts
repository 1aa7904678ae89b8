import type { Database } from '@tidewaiter/platform';
import { wordsOf } from './stems.js';

export interface FoundCode {
  code: string;
  description: string;
  declarable: boolean;
  headings: { code: string; description: string }[];
}

/** Versions that answer on a day: the later validity first, then the later import, and nothing behind a whole tariff. */
const IN_FORCE = `valid as (
    select c.content_id, v.scope, row_number() over (order by v.valid_from desc, v.position desc) as place
    from tariff_versions v join tariff_contents c using (digest)
    where v.tenant_id = $1 and v.destination = $2 and v.valid_from <= $3 and (v.valid_to is null or v.valid_to >= $3)
  ), in_force as (
    select content_id, place from valid where place <= coalesce((select min(place) from valid where scope = 'whole'), 1000)
  )`;

const WITH_HEADINGS = `select h.code, h.description, h.declarable, coalesce(
    (select json_agg(json_build_object('code', a.code, 'description', a.description) order by a.ordinal)
     from tariff_codes a where a.content_id = h.content_id and a.ordinal = any(h.ancestors)), '[]') as headings
  from hits h`;

/**
 * How many rows that fit are weighed. Words that stand in thousands of rows tell nothing: of those the first in the tariff's order
 * are weighed, so that a search costs the same whatever is asked.
 */
const WEIGHED = 300;

const BY_WORDS = `with ${IN_FORCE}, asked as materialized (
    select string_agg('''#' || content_id || '''', ' | ')::tsquery && to_tsquery('english', $4) as every, to_tsquery('english', $5) as own from in_force
  ), fitting as (
    select c.content_id, c.ordinal, c.code, c.description, c.declarable, c.ancestors, c.words from tariff_codes c
    where c.words @@ (select every from asked) and c.words @@ (select own from asked) limit ${WEIGHED}
  ), hits as (
    select f.*, i.place, ts_rank(f.words, (select every from asked), 1) as rank from fitting f join in_force i using (content_id)
    order by rank desc, cardinality(f.ancestors), i.place, f.ordinal limit $6
  ) ${WITH_HEADINGS} order by h.rank desc, cardinality(h.ancestors), h.place, h.ordinal`;

const BY_CODE = `with ${IN_FORCE}, hits as (
    select c.*, i.place from in_force i, lateral (
      select content_id, ordinal, code, description, declarable, ancestors from tariff_codes
      where content_id = i.content_id and code >= $4 and code < $4 || ':' order by code, ordinal limit $5
    ) c order by c.code, i.place limit $5
  ) ${WITH_HEADINGS} order by h.code, h.place`;

export class Nomenclature {
  constructor(private readonly database: Pick<Database, 'ask'>) {}

  /**
   * Rows in which every word stands, in their own words or in those of their headings, at least one in their own. Words are stemmed.
   *
   * @returns null when the text has no word in it that could be searched
   */
  async byWords(
    tenant: string,
    destination: string,
    date: string,
    text: string,
    limit: number,
  ): Promise<FoundCode[] | null> {
    const words = [...new Set(wordsOf(text))].slice(0, 12);
    if (words.length === 0) return null;
    const own = words.map((word) => `${word}:A`).join(' | ');
    return once(
      await this.database.ask<FoundCode>(tenant, BY_WORDS, [tenant, destination, date, words.join(' & '), own, limit]),
    );
  }

  /** Codes that begin with these digits, in their order. */
  async byCode(tenant: string, destination: string, date: string, digits: string, limit: number): Promise<FoundCode[]> {
    return once(await this.database.ask<FoundCode>(tenant, BY_CODE, [tenant, destination, date, digits, limit]));
  }
}

/** A code that several versions in force know is told once, as the one that is asked first knows it. */
function once(rows: readonly FoundCode[]): FoundCode[] {
  const seen = new Set<string>();
  return rows.filter(({ code }) => code === '' || (!seen.has(code) && seen.add(code)));
}
