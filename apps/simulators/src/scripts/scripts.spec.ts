import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Consumed, ScriptBook } from './book.js';
import { normalise, scriptSchema } from './scripts.js';

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
  for (let n = 0; n < 2; n += 1) consumed.add([book.fault('authority', 'http', 'A', consumed)!.key]);
  expect(book.fault('authority', 'http', 'A', consumed)).toBeNull();
  expect(book.fault('bank', 'http', 'A', consumed)).toBeNull();
});
