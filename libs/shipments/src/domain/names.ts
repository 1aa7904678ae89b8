import anyAscii from 'any-ascii';
import { doubleMetaphone } from 'double-metaphone';
import jaroWinkler from 'talisman/metrics/jaro-winkler.js';

/** How names are compared: thresholds and words as data, so that a change of them is a change of a version. */
export interface NameRules {
  version: string;
  /** score from which a name counts as the listed one, 0 to 1 */
  hitAt: number;
  /** similarity under which two words have nothing to do with each other */
  tokenAt: number;
  /** what a match without regard to spaces is worth at most */
  spacing: number;
  /** weight of a particle (al, bin, von) against that of any other word */
  particleWeight: number;
  /** weight of a word that only the longer of two names has, when the shorter is wholly in it */
  extraWordWeight: number;
  legalForms: readonly string[];
  particles: readonly string[];
  /** words of trade that say little about who it is */
  commonWords: readonly string[];
  /** weight of a word of trade against that of any other word */
  commonWeight: number;
  /** common spellings of one word, each to the one used for comparing */
  spellings: Readonly<Record<string, string>>;
}

/** A name as it is compared: words in plain lower case, legal form gone. */
export interface ComparableName {
  words: readonly string[];
  joined: string;
  /** phonetic keys and openings: two names that share none are never compared */
  keys: ReadonlySet<string>;
}

const LOOKALIKES: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
};

/** A digit inside a word is a letter in disguise; a number that stands alone is a number. */
const undisguise = (word: string): string =>
  /[a-z]/.test(word) ? word.replace(/[0134578]/g, (digit) => LOOKALIKES[digit]!) : word;

/** Initials written apart are one word: `S. C. Johnson` and `SC Johnson` say the same. */
function joinInitials(words: readonly string[]): string[] {
  const joined: string[] = [];
  let run = '';
  for (const word of words) {
    if (word.length === 1 && /[a-z]/.test(word)) {
      run += word;
      continue;
    }
    if (run !== '') joined.push(run);
    run = '';
    joined.push(word);
  }
  return run === '' ? joined : [...joined, run];
}

/** Brings a name of any script to comparable words. */
export function comparable(name: string, rules: NameRules): ComparableName {
  const plain = anyAscii(name.normalize('NFKC'))
    .toLowerCase()
    .replace(/['’`´]/g, '')
    .replace(/&/g, ' ')
    .replace(/(?<=\b[a-z])\.(?=[a-z]\b)/g, ' ')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
  const all = joinInitials(plain === '' ? [] : plain.split(' ')).map(undisguise);
  const forms = new Set(rules.legalForms);
  const bare = all.filter((word) => !forms.has(word));
  const words = (bare.length > 0 ? bare : all).map((word) => rules.spellings[word] ?? word);
  return { words, joined: words.join(''), keys: keysOf(words) };
}

function keysOf(words: readonly string[]): Set<string> {
  const keys = new Set<string>();
  const joined = words.join('');
  // Openings of the whole name, as written and with its words in order of the alphabet, for names written without spaces.
  keys.add(`<${joined.slice(0, 4)}`);
  keys.add(`<${[...words].sort().join('').slice(0, 4)}`);
  for (const word of words) {
    if (word.length < 2) continue;
    for (const code of doubleMetaphone(word)) if (code !== '') keys.add(code.slice(0, 4));
    keys.add(`<${word.slice(0, 4)}`);
    keys.add(`>${word.slice(-4)}`);
  }
  return keys;
}

interface Pair {
  a: number;
  b: number;
  similarity: number;
}

/** Best pairs first, each word used once: the order of words does not matter. */
function alignWords(a: readonly string[], b: readonly string[], tokenAt: number): Pair[] {
  const pairs: Pair[] = [];
  a.forEach((left, i) =>
    b.forEach((right, j) => {
      const similarity = wordSimilarity(left, right);
      if (similarity >= tokenAt) pairs.push({ a: i, b: j, similarity });
    }),
  );
  pairs.sort((x, y) => y.similarity - x.similarity);
  const usedA = new Set<number>();
  const usedB = new Set<number>();
  return pairs.filter((pair) => {
    if (usedA.has(pair.a) || usedB.has(pair.b)) return false;
    usedA.add(pair.a);
    usedB.add(pair.b);
    return true;
  });
}

/** Short words and numbers are the same or they are not: one letter of three makes another word. */
function wordSimilarity(a: string, b: string): number {
  if (a === b) return 1;
  if (Math.min(a.length, b.length) < 3 || /\d/.test(a + b)) return 0;
  return jaroWinkler(a, b);
}

/**
 * How close two names are, 0 to 1: words are paired in any order, weighted by length; a word without a partner counts
 * against, a particle hardly; a name written without spaces is compared as one word.
 */
export function nameSimilarity(a: ComparableName, b: ComparableName, rules: NameRules): number {
  if (a.words.length === 0 || b.words.length === 0) return 0;
  if (a.joined === b.joined) return 1;
  const particles = new Set(rules.particles);
  const common = new Set(rules.commonWords);
  const worth = (word: string): number =>
    particles.has(word) ? rules.particleWeight : common.has(word) ? rules.commonWeight : 1;
  const weight = (word: string): number => Math.sqrt(word.length) * worth(word);
  const weigh = (words: readonly string[]): number => words.reduce((sum, word) => sum + weight(word), 0);
  const pairs = alignWords(a.words, b.words, rules.tokenAt);
  const same = pairs.reduce(
    (sum, pair) => sum + pair.similarity * (weight(a.words[pair.a]!) + weight(b.words[pair.b]!)),
    0,
  );
  const paired = pairs.reduce((sum, pair) => sum + weight(a.words[pair.a]!) + weight(b.words[pair.b]!), 0);
  const [shorter, longer] = a.words.length <= b.words.length ? [a, b] : [b, a];
  const whole = pairs.length === shorter.words.length && shorter.words.filter((word) => worth(word) === 1).length >= 2;
  // Lists give full names, papers the used ones: when every word of the shorter name has its partner, and two of them tell something,
  // what the longer one adds counts little.
  const total = whole
    ? paired + (weigh(a.words) + weigh(b.words) - paired) * rules.extraWordWeight
    : weigh(a.words) + weigh(b.words);
  const words = same / total;
  if (shorter.words.length === longer.words.length) return words;
  return Math.max(words, jaroWinkler(a.joined, b.joined) ** 2 * rules.spacing);
}

export const shareKey = (a: ComparableName, b: ComparableName): boolean => {
  const [few, many] = a.keys.size < b.keys.size ? [a.keys, b.keys] : [b.keys, a.keys];
  for (const key of few) if (many.has(key)) return true;
  return false;
};
