import { instantOf, notchesOf, statusFacts } from './clocks.js';
import { flat, pathText } from './flat.js';
import type { StoryEntry } from '../pictures/spine.js';

const entry = (n: number, name: string, learned: string, said: string | null = null) =>
  ({ n, name, learned, said }) as StoryEntry;

it('keeps every microsecond of an instant that is typed, and takes no other text', () => {
  expect(instantOf('2026-11-24 14:07:12.000418 UTC')).toBe('2026-11-24T14:07:12.000418Z');
  expect(instantOf('2026-11-24T14:07')).toBe('2026-11-24T14:07:00.000000Z');
  expect(instantOf('2026-11-24T14:07:00.5+01:00')).toBe('2026-11-24T13:07:00.500000Z');
  expect([instantOf('yesterday'), instantOf('2026-13-40T00:00'), instantOf('')]).toEqual([null, null, null]);
});

it('has one notch an event on each clock', () => {
  const entries = [
    entry(1, 'ShipmentOpened', 'b'),
    entry(2, 'DeclarationRejected', 'c', 'a'),
    entry(3, 'FileStored', 'c'),
  ];
  expect(notchesOf(entries)).toEqual({ known: ['b', 'c'], asOf: ['a', 'b', 'c'] });
  expect(statusFacts(entries)).toEqual([
    { n: 1, learned: 'b', true: 'b', status: 'opened' },
    { n: 2, learned: 'c', true: 'a', status: 'rejected' },
  ]);
});

it('does not put an answer before what it answers, where only its seconds are told', () => {
  const entries = [
    entry(1, 'DeclarationSent', '2026-11-24T10:00:00.500000Z'),
    entry(2, 'DeclarationRejected', '2026-11-24T10:00:00.900000Z', '2026-11-24T10:00:00.000000Z'),
    entry(3, 'DeclarationAccepted', '2026-11-24T12:00:00.000000Z', '2026-11-24T09:00:00.000000Z'),
  ];
  expect(statusFacts(entries).map((fact) => fact.true)).toEqual([
    '2026-11-24T10:00:00.500000Z',
    '2026-11-24T10:00:00.500000Z',
    '2026-11-24T09:00:00.000000Z',
  ]);
});

it('lays a state flat, each value under its path', () => {
  expect(flat({ status: 'sent', lines: [{ commodity: '8517130000' }], problems: [], mrn: null })).toEqual([
    { path: 'status', value: 'sent' },
    { path: 'lines[0].commodity', value: '8517130000' },
    { path: 'problems', value: 'none' },
    { path: 'mrn', value: 'null' },
  ]);
  expect(pathText(['lines', 0, 'net'])).toBe('lines[0].net');
});
