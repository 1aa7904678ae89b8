import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger } from './ledger.js';

type Entry = { type: 'said'; what: string };
const path = (): string => join(mkdtempSync(join(tmpdir(), 'ledger-')), 'face.jsonl');

it('reads back what it was told, in order', () => {
  const file = path();
  const ledger = new Ledger<Entry>(file);
  ledger.append({ type: 'said', what: 'one' });
  ledger.append({ type: 'said', what: 'two\nlines' });
  expect(new Ledger<Entry>(file).entries.map(({ n, what }) => [n, what])).toEqual([
    [1, 'one'],
    [2, 'two\nlines'],
  ]);
});

it('forgets half a line that a kill left behind, and goes on after it', () => {
  const file = path();
  new Ledger<Entry>(file).append({ type: 'said', what: 'whole' });
  appendFileSync(file, '{"n":2,"type":"sa');
  const ledger = new Ledger<Entry>(file);
  ledger.append({ type: 'said', what: 'next' });
  expect(
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as Entry).what),
  ).toEqual(['whole', 'next']);
});

it('forgets everything when it is cleared', () => {
  const file = path();
  const ledger = new Ledger<Entry>(file);
  ledger.append({ type: 'said', what: 'old' });
  ledger.clear();
  ledger.append({ type: 'said', what: 'new' });
  expect(new Ledger<Entry>(file).entries.map(({ n, what }) => [n, what])).toEqual([[1, 'new']]);
});
