import type { Tx } from '@tidewaiter/event-store';

const MOST = 200_000;
/** Stems by word. Postgres' own dictionary makes them, so that what is stored and what is searched for meet. */
const known = new Map<string, string>();

/** Words of a text as the search knows them: letters and digits, small. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

const hasDigit = /\p{N}/u;

/** Learns the stems of words that were not met before, in one question to Postgres. */
export async function learn(tx: Tx, texts: Iterable<string>): Promise<void> {
  const unknown = new Set<string>();
  for (const text of texts)
    for (const word of wordsOf(text)) if (!hasDigit.test(word) && !known.has(word)) unknown.add(word);
  if (unknown.size === 0) return;
  if (known.size + unknown.size > MOST) known.clear();
  const { rows } = await tx.query<{ word: string; stem: string | null }>(
    `select word, coalesce((ts_lexize('english_stem', word))[1], '') as stem from unnest($1::text[]) as word`,
    [[...unknown]],
  );
  for (const { word, stem } of rows) known.set(word, stem ?? '');
}

/** Stems of a text whose words were learnt; stop words leave none. */
export function stemsOf(text: string): string[] {
  const stems: string[] = [];
  for (const word of wordsOf(text)) {
    const stem = hasDigit.test(word) ? word : known.get(word);
    if (stem) stems.push(stem);
  }
  return stems;
}
