import { assessmentRequest, assessmentResult, type AssessmentResult } from '@tidewaiter/contracts';
import { Invalid } from '@tidewaiter/kernel';
import { readdirSync, readFileSync } from 'node:fs';
import { books } from '../testing/books.js';
import { assess } from './assess.js';

interface Expected {
  status: string;
  totals: Record<string, string | null> | null;
  lines: {
    number: number;
    customsValue?: string | null;
    /** duty and tax inside of the price, taken off it */
    contained?: string;
    chosen?: string | null;
    /** amounts of the chosen option by tax type */
    charges?: Record<string, string>;
    /** amounts of the chosen option by measure */
    amounts?: Record<string, string>;
    /** amounts of the chosen option by part and measure, of a line that a quota splits */
    parts?: Record<string, string>;
    /** every option with what it still needs */
    options?: Record<string, string[]>;
    /** totals of the options named */
    optionTotals?: Record<string, string>;
    /** options that are shown although something is missing for them */
    unsupported?: string[];
    /** options that must not be there */
    absent?: string[];
    questions?: string[];
  }[];
  entryCharges?: Record<string, string>;
  /** codes that must be among the notices */
  notices?: string[];
  /** codes that must not */
  noNotices?: string[];
  regime?: string;
}

interface Golden {
  case: string;
  source: string;
  published?: true;
  arithmetic: string[];
  request: unknown;
  /** figures, or the refusal: `schema` where the request's own schema names the place */
  expected: Expected | { problem: { code: string; pointer: string } };
}

const folder = new URL('../../golden/', import.meta.url);
const goldens = readdirSync(folder).map((file): [string, Golden] => [
  file,
  JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden,
]);
const DESTINATIONS = [
  ...['ae', 'au', 'br', 'ca', 'ch', 'cn', 'de', 'es', 'fr', 'gb', 'ie', 'in', 'it', 'jp', 'kr', 'mx', 'nl', 'no'],
  ...['sg', 'us', 'xi'],
];

/** Code and place of the refusal; `schema` with the place of the first fault where the shape is wrong. */
function refusalOf(request: unknown): { code: string; pointer: string } | null {
  const parsed = assessmentRequest.safeParse(request);
  if (!parsed.success) return { code: 'schema', pointer: `/${parsed.error.issues[0]!.path.map(String).join('/')}` };
  try {
    assess(parsed.data, books);
    return null;
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    return { code: error.code, pointer: error.details.places?.[0]?.pointer ?? '' };
  }
}

function checkLine(result: AssessmentResult, wanted: Expected['lines'][number]): void {
  const line = result.lines.find(({ number }) => number === wanted.number)!;
  const chosen = line.options.find((option) => option.chosen);
  const option = (basis: string) => line.options.find((each) => each.basis === basis);
  if (wanted.customsValue !== undefined) expect(line.customsValue?.amount ?? null).toBe(wanted.customsValue);
  if (wanted.contained !== undefined) expect(line.customsValue?.contained).toBe(wanted.contained);
  if (wanted.chosen !== undefined) expect(chosen?.basis ?? null).toBe(wanted.chosen);
  if (wanted.charges)
    expect(Object.fromEntries(chosen!.charges.map(({ code, amount }) => [code, amount]))).toEqual(wanted.charges);
  if (wanted.amounts)
    expect(Object.fromEntries(chosen!.charges.map(({ measure, amount }) => [measure, amount]))).toEqual(wanted.amounts);
  if (wanted.parts)
    expect(
      Object.fromEntries(chosen!.charges.map(({ part, measure, amount }) => [`${part} ${measure}`, amount])),
    ).toEqual(wanted.parts);
  if (wanted.options)
    expect(Object.fromEntries(line.options.map(({ basis, needs }) => [basis, needs]))).toEqual(wanted.options);
  for (const [basis, total] of Object.entries(wanted.optionTotals ?? {})) expect(option(basis)?.total).toBe(total);
  for (const basis of wanted.unsupported ?? []) {
    expect(option(basis)?.chosen).toBe(false);
    expect(option(basis)?.needs.length).toBeGreaterThan(0);
  }
  for (const basis of wanted.absent ?? []) expect(option(basis)).toBeUndefined();
  if (wanted.questions) expect(line.questions.map(({ code }) => code)).toEqual(wanted.questions);
}

describe('golden cases', () => {
  it('are at least a hundred and fifty, over all destinations, some of them published', () => {
    expect(goldens.length).toBeGreaterThanOrEqual(150);
    expect([...new Set(goldens.map(([file]) => file.slice(0, 2)))].sort()).toEqual(DESTINATIONS);
    expect(goldens.filter(([, golden]) => golden.published).length).toBeGreaterThanOrEqual(15);
  });

  it.each(goldens)('%s', (_file, { request, expected }) => {
    if ('problem' in expected) {
      expect(refusalOf(request)).toEqual(expected.problem);
      return;
    }
    const result = assess(assessmentRequest.parse(request), books);
    expect(assessmentResult.parse(result)).toEqual(result);
    expect(result.status).toBe(expected.status);
    if (expected.totals === null) expect(result.totals).toBeNull();
    else expect(result.totals).toMatchObject(expected.totals);
    for (const wanted of expected.lines) checkLine(result, wanted);
    if (expected.entryCharges) {
      expect(Object.fromEntries(result.entryCharges.map(({ code, amount }) => [code, amount]))).toEqual(
        expected.entryCharges,
      );
    }
    const notices = result.notices.map(({ code }) => code);
    for (const code of expected.notices ?? []) expect(notices).toContain(code);
    for (const code of expected.noNotices ?? []) expect(notices).not.toContain(code);
    if (expected.regime !== undefined) expect(result).toMatchObject({ regime: expected.regime });
  });
});
