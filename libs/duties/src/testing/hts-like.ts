import { htsFile, type HtsRow } from './tariff-files.js';

/** How many rows the US schedule has. */
export const HTS_ROWS = 35_744;

const SYLLABLES = [
  'ba',
  'cor',
  'del',
  'fen',
  'gri',
  'hol',
  'jun',
  'kas',
  'lim',
  'mor',
  'nel',
  'pra',
  'quil',
  'ros',
  'sten',
  'tul',
  'vex',
  'wol',
  'yar',
  'zin',
];
const TRADE = [
  'cotton',
  'wool',
  'steel',
  'frozen',
  'knitted',
  'parts',
  'machines',
  'plastics',
  'leather',
  'fresh',
  'dried',
  'paper',
  'glass',
  'electric',
  'household',
  'men’s',
  'women’s',
  'weighing',
  'containing',
  'articles',
];
const PROGRAMS = 'A+,AU,BH,CL,CO,D,E,IL,JO,KR,MA,OM,P,PA,PE,S,SG';

/** A generator of numbers that is the same every time. @see Park and Miller, 1988 */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

/** Rows of the shape, the number and the mix of the US schedule's export; its words and rates are made up. */
export function htsLike(rows = HTS_ROWS): { file: string; words: string[] } {
  const source = numbers(20_240_101);
  const random = (below: number): number => Math.floor(source.next().value! * below);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)]!;
  const vocabulary = Array.from({ length: 5700 }, () =>
    Array.from({ length: 2 + random(3) }, () => pick(SYLLABLES)).join(''),
  );
  const description = (): string => {
    if (random(100) < 16) return 'Other';
    return Array.from({ length: 2 + random(9) }, () =>
      random(3) === 0 ? pick(TRADE) : vocabulary[Math.floor(random(75) ** 2)]!,
    ).join(' ');
  };
  const rate = (): string =>
    pick([
      'Free',
      `${random(30)}.${random(10)}%`,
      `${random(90)}.${random(10)}¢/kg`,
      `${random(90)}¢/kg + ${random(20)}%`,
    ]);
  const rated = (): Pick<HtsRow, 'general' | 'special' | 'column2'> => ({
    general: rate(),
    ...(random(2) === 0
      ? { special: random(12) === 0 ? `Free (${PROGRAMS}) ${rate()} (KR) See 9912.95.05 (JP)` : `Free (${PROGRAMS})` }
      : {}),
    column2: `${random(90)}%`,
  });
  const made: HtsRow[] = [];
  const digits = (value: number, length: number): string => String(value).padStart(length, '0');
  for (let heading = 101; made.length < rows; heading += 1) {
    const four = digits(heading, 4);
    made.push({ number: four, indent: 0, description: `${description()}:` });
    for (let sub = 10; sub < 14 + random(6) && made.length < rows; sub += 1) {
      const six = `${four}.${sub}`;
      if (random(3) === 0) made.push({ number: six, indent: 1, description: `${description()}:` });
      else if (random(2) === 0) made.push({ indent: 1, description: `${description()}:` });
      for (let line = 10; line < 11 + random(4); line += 1) {
        const eight = `${six}.${line}`;
        if (random(5) === 0) {
          made.push({ number: `${eight}.00`, indent: 2, description: description(), units: ['No.', 'kg'], ...rated() });
          continue;
        }
        made.push({ number: eight, indent: 2, description: description(), ...rated() });
        if (random(5) === 0) made.push({ indent: 3, description: `${description()}:` });
        for (let suffix = 10; suffix < 12 + random(4); suffix += 1) {
          made.push({ number: `${eight}.${suffix}`, indent: 4, description: description(), units: ['No.', 'kg'] });
        }
      }
    }
  }
  return { file: htsFile(made.slice(0, rows)), words: [...TRADE.filter((word) => !word.includes('’')), ...vocabulary] };
}
