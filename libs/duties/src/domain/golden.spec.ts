import { assessmentRequest, assessmentResult } from '@tidewaiter/contracts';
import { readdirSync, readFileSync } from 'node:fs';
import { books } from '../testing/books.js';
import { assess } from './assess.js';

interface Golden {
  case: string;
  source: string;
  arithmetic: string[];
  request: unknown;
  expected: {
    status: string;
    totals: Record<string, string | null> | null;
    lines: {
      number: number;
      customsValue?: string | null;
      chosen?: string | null;
      /** amounts of the chosen option by tax type */
      charges?: Record<string, string>;
      /** every option with what it still needs */
      options?: Record<string, string[]>;
      questions?: string[];
    }[];
    entryCharges?: Record<string, string>;
    notices?: string[];
  };
}

const folder = new URL('../../golden/', import.meta.url);
const goldens = readdirSync(folder).map((file): [string, Golden] => [
  file,
  JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden,
]);

describe('golden cases', () => {
  it('are at least twenty, over all three destinations', () => {
    expect(goldens.length).toBeGreaterThanOrEqual(20);
    expect(new Set(goldens.map(([file]) => file.slice(0, 2)))).toEqual(new Set(['gb', 'de', 'us']));
  });

  it.each(goldens)('%s', (_file, { request, expected }) => {
    const result = assess(assessmentRequest.parse(request), books);
    expect(assessmentResult.parse(result)).toEqual(result);
    expect(result.status).toBe(expected.status);
    if (expected.totals === null) expect(result.totals).toBeNull();
    else expect(result.totals).toMatchObject(expected.totals);
    for (const wanted of expected.lines) {
      const line = result.lines.find(({ number }) => number === wanted.number)!;
      const chosen = line.options.find((option) => option.chosen);
      if (wanted.customsValue !== undefined) expect(line.customsValue?.amount ?? null).toBe(wanted.customsValue);
      if (wanted.chosen !== undefined) expect(chosen?.basis ?? null).toBe(wanted.chosen);
      if (wanted.charges)
        expect(Object.fromEntries(chosen!.charges.map(({ code, amount }) => [code, amount]))).toEqual(wanted.charges);
      if (wanted.options)
        expect(Object.fromEntries(line.options.map(({ basis, needs }) => [basis, needs]))).toEqual(wanted.options);
      if (wanted.questions) expect(line.questions.map(({ code }) => code)).toEqual(wanted.questions);
    }
    if (expected.entryCharges) {
      expect(Object.fromEntries(result.entryCharges.map(({ code, amount }) => [code, amount]))).toEqual(
        expected.entryCharges,
      );
    }
    for (const code of expected.notices ?? []) expect(result.notices.map((notice) => notice.code)).toContain(code);
  });
});
