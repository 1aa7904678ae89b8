import type { QueryResultRow } from 'pg';

const MOST = 200_000;
/** Stems by word, none for a stop word. Postgres' own dictionary makes them, so that what is stored and what is searched for meet. */
const known = new Map<string, string>();

const ASCII = /^[\x20-\x7e]*$/;
const ASCII_WORDS = /[a-z0-9]+/g;
const ANY_WORDS = /[\p{L}\p{N}]+/gu;
const DIGIT = /\p{N}/u;

/** Puts a question to Postgres, beside any transaction. */
export type Ask = <R extends QueryResultRow>(sql: string, params: readonly unknown[]) => Promise<R[]>;

/** Words of a text as the search knows them: letters and digits, small. */
export function wordsOf(text: string): string[] {
  const small = text.toLowerCase();
  return small.match(ASCII.test(small) ? ASCII_WORDS : ANY_WORDS) ?? [];
}

/** Stems of texts, in one question to Postgres for the words that were not met before. A word with a digit in it is its own stem. */
export async function stemsOf(ask: Ask, texts: readonly string[]): Promise<string[][]> {
  const worded = texts.map(wordsOf);
  const unknown = new Set<string>();
  for (const words of worded) for (const word of words) if (!known.has(word)) unknown.add(word);
  if (unknown.size > 0) {
    if (known.size + unknown.size > MOST) {
      known.clear();
      for (const words of worded) for (const word of words) unknown.add(word);
    }
    const spoken = [...unknown].filter((word) => !DIGIT.test(word));
    for (const word of unknown) known.set(word, word);
    const rows = await ask<{ word: string; stem: string }>(
      `select word, coalesce((ts_lexize('english_stem', word))[1], '') as stem from unnest($1::text[]) as word`,
      [spoken],
    );
    for (const { word, stem } of rows) known.set(word, stem);
  }
  return worded.map((words) => words.map((word) => known.get(word)!).filter((stem) => stem !== ''));
}
