import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Consumed, ScriptBook } from './book.js';
import type { ChannelName, FaceName, FaultKind } from './faults.js';
import { faultsSchema, normalise, scriptSchema } from './scripts.js';

const folder = (): string => mkdtempSync(join(tmpdir(), 'scripts-'));

it('reads what a scenario file says of the world', () => {
  const script = scriptSchema.parse({
    reference: 'TW-1',
    authority: [
      { on: 'declaration', answer: 'reject', errors: [{ code: 'CDS12056', pointer: '42A/67A[1]' }], after: '2s' },
      {
        on: 'declaration',
        answer: 'accept',
        then: [{ route: 'physical', after: '1s' }, { tax: 'assessed' }, { clear: 'after-payment' }],
      },
    ],
    bank: [
      { on: 'payment', answer: 'bounce', reason: 'insufficient-funds' },
      { on: 'payment', answer: 'settle', after: '1s' },
    ],
    carrier: [
      {
        on: 'booking',
        answer: 'accept',
        then: [
          { event: 'pickup', after: '1s' },
          { event: 'delivered', after: '2s', quantity: 40 },
        ],
      },
    ],
    faults: [
      { duplicate: 'authority', times: 2 },
      { reorder: 'carrier' },
      { silence: 'authority', for: '5s' },
      { 'done-but-timeout': 'bank' },
    ],
  });
  expect(script.authority[0]!.after).toBe(2_000);
  expect(script.carrier[0]!.then).toEqual([
    { event: 'picked-up', after: 1_000 },
    { event: 'delivered', after: 2_000, quantity: '40' },
  ]);
  expect(script.faults.map(({ kind, face }) => `${kind} ${face}`)).toEqual([
    'duplicate authority',
    'reorder carrier',
    'silence authority',
    'cut bank',
  ]);
});

const bad: [string, Record<string, unknown>][] = [
  ['an unknown key', { authority: [{ answer: 'accept', colour: 'red' }] }],
  ['an unknown answer', { bank: [{ answer: 'maybe' }] }],
  ['a pointer that is none', { authority: [{ answer: 'reject', errors: [{ code: 'CDS1', pointer: 'here' }] }] }],
  ['a time without a unit', { bank: [{ answer: 'settle', after: '5' }] }],
  ['an unknown fault', { faults: [{ earthquake: 'bank' }] }],
];
it.each(bad)('refuses %s', (_, part) => {
  expect(scriptSchema.safeParse({ reference: 'R', ...part }).success).toBe(false);
});

it('finds a script by the reference as it stands in a DUCR', () => {
  expect(normalise('demo/2026 gb-1')).toBe('DEMO2026GB-1');
  expect(normalise('A'.repeat(30))).toHaveLength(18);
});

it('uses the steps in order, each once, and keeps them over a restart', () => {
  const path = folder();
  const book = new ScriptBook(path);
  book.add(scriptSchema.parse({ reference: 'tw-1', bank: [{ answer: 'bounce' }, { answer: 'settle' }] }));
  const consumed = new Consumed();
  const first = book.nextStep('bank', 'TW-1', consumed)!;
  expect(first.step.answer).toBe('bounce');
  consumed.add([first.key]);
  const again = new ScriptBook(path);
  const second = again.nextStep('bank', 'TW-1', consumed)!;
  expect(second.step.answer).toBe('settle');
  expect(again.unreached({ authority: undefined, bank: consumed, carrier: undefined })).toEqual([
    { reference: 'tw-1', face: 'bank', step: 2 },
  ]);
  consumed.add([second.key]);
  expect(again.nextStep('bank', 'TW-1', consumed)).toBeNull();
});

it('gives every shipment its own copy of the steps for everybody', () => {
  const book = new ScriptBook(folder());
  book.add(scriptSchema.parse({ reference: '*', bank: [{ answer: 'bounce' }] }));
  const consumed = new Consumed();
  consumed.add([book.nextStep('bank', 'A-1', consumed)!.key]);
  expect(book.nextStep('bank', 'A-1', consumed)).toBeNull();
  expect(book.nextStep('bank', 'A-2', consumed)!.step.answer).toBe('bounce');
});

it('uses a fault as often as it says', () => {
  const book = new ScriptBook(folder());
  book.add(scriptSchema.parse({ reference: 'A', faults: [{ http: 'authority', times: 2 }] }));
  const consumed = new Consumed();
  const strikes = (face: FaceName): boolean => {
    const { fault, used } = book.strike(face, 'http', 'A', consumed);
    consumed.add(used);
    return fault !== null;
  };
  expect([strikes('authority'), strikes('authority'), strikes('authority'), strikes('bank')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

it('aims a fault: from the nth occasion, over one channel, at a rate that the seed draws', () => {
  const book = new ScriptBook(folder(), Date.now, 'seed');
  book.addFaults(faultsSchema.parse({ faults: [{ lose: 'authority', nth: 3, face: 'edifact' }] }));
  const consumed = new Consumed();
  const strikes = (kind: FaultKind, reference: string, channel: ChannelName): boolean => {
    const { fault, used } = book.strike('authority', kind, reference, consumed, [], channel);
    consumed.add(used);
    return fault !== null;
  };
  expect([1, 2, 3, 4].map(() => strikes('lose', 'A', 'edifact'))).toEqual([false, false, true, false]);
  expect([1, 2, 3, 4].map(() => strikes('lose', 'B', 'cds'))).toEqual([false, false, false, false]);
  book.addFaults(faultsSchema.parse({ reference: 'C', faults: [{ garble: 'authority', rate: 0.5, times: 1000 }] }));
  const draw = (): boolean[] => Array.from({ length: 200 }, () => strikes('garble', 'C', 'cds'));
  const struck = draw().filter(Boolean).length;
  expect(struck).toBeGreaterThan(60);
  expect(struck).toBeLessThan(140);
});

it('takes a face down from the moment the fault is posted', () => {
  let now = Date.parse('2026-11-28T00:00:00Z');
  const path = folder();
  const book = new ScriptBook(path, () => now);
  book.addFaults(faultsSchema.parse({ faults: [{ down: 'bank', for: '1h' }] }));
  expect(book.downUntil('bank') - now).toBe(3_600_000);
  expect(book.downUntil('authority')).toBe(0);
  now += 1_800_000;
  expect(new ScriptBook(path, () => now).downUntil('bank') - now).toBe(1_800_000);
});

const acts: Record<string, unknown>[] = [
  { route: 'afterwards' },
  { tax: 'secured', wrong: { tax: 'A00', by: '1.00' } },
  { request: 'deny', after: '2s' },
  { correct: { pointer: '42A/67A/68A[1]/23A/65A.128', value: '80' } },
  { release: true, until: 'arrival' },
  { clear: 'after-documents' },
  { short: '226.40' },
  { agency: { code: 'FDA', decision: 'hold' } },
  { hold: 'intelligence' },
  { lift: true },
  { suspend: true },
  { seize: 'counterfeit' },
  { exam: { finding: 'shortage', quantity: 36 } },
  { invalidate: 'double' },
  { query: true },
  { manual: true },
  { raw: '<anything/>' },
];
it.each(acts)('knows the act %j', (act) => {
  expect(scriptSchema.safeParse({ reference: 'R', authority: [{ then: [act] }] }).success).toBe(true);
  expect(scriptSchema.safeParse({ reference: 'R', authority: [{ then: [{ ...act, colour: 'red' }] }] }).success).toBe(
    false,
  );
});

it('reads a short form of an error, and where a step applies', () => {
  const [step] = scriptSchema.parse({
    reference: 'R',
    authority: [{ on: 'amendment', version: 2, attempt: 1, channel: 'ace', http: 503 }],
  }).authority;
  expect(step).toMatchObject({ on: 'amendment', answer: 'http', status: 503, version: 2, attempt: 1, channel: 'ace' });
});

it('leaves a step to the occasion it waits for', () => {
  const book = new ScriptBook(folder());
  book.add(
    scriptSchema.parse({
      reference: 'A',
      authority: [
        { on: 'amendment', then: [{ request: 'deny' }] },
        { answer: 'accept', attempt: 2 },
      ],
    }),
  );
  const next = (on: 'declaration' | 'amendment', attempt: number): number | undefined =>
    book.nextAuthorityStep({ on, attempt, version: 1, channel: 'cds' }, 'A', new Consumed())?.step.then.length;
  expect([next('declaration', 1), next('declaration', 2), next('amendment', 1)]).toEqual([undefined, 0, 1]);
});
