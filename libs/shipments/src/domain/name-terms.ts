const SHORTEST = 3;
const LONGEST = 12;

/** Words of a name as they are compared: without case, accents and punctuation; those too short to tell anything apart are left out. */
export const wordsOf = (name: string): string[] => [
  ...new Set(
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word.length >= SHORTEST)
      .map((word) => word.slice(0, LONGEST)),
  ),
];

/** Every beginning of every word: what is typed so far finds the name. */
export const beginningsOf = (name: string): string[] => [
  ...new Set(
    wordsOf(name).flatMap((word) =>
      Array.from({ length: word.length - SHORTEST + 1 }, (_, more) => word.slice(0, SHORTEST + more)),
    ),
  ),
];
