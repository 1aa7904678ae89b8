import { building } from './clearance-build.js';
import { inbox } from './clearance-inbox.js';
import { ledger } from './clearance-ledger.js';
import { waiting } from './clearance-waiting.js';
import { Figures } from './figures.js';

/** The figures of customs and its money: `npm run bench -- clearance`, or single parts: `BENCH_PARTS=building`. */
const PARTS: Record<string, (figures: Figures) => Promise<void>> = { building, ledger, waiting, inbox };

const wanted = process.env['BENCH_PARTS']?.split(',') ?? Object.keys(PARTS);
const figures = new Figures();
for (const name of wanted) {
  const part = PARTS[name];
  if (!part) throw new Error(`there is no part ${name}; there are ${Object.keys(PARTS).join(', ')}`);
  await part(figures);
}
figures.end();
