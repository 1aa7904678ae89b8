import { createReadStream, readFileSync } from 'node:fs';
import { createEventStore, SubjectKeys } from '@tidewaiter/event-store';
import { silentLog } from '@tidewaiter/event-bus';
import { now } from '@tidewaiter/kernel';
import { createPool } from '@tidewaiter/platform';
import { tariffsOn } from './tariffs-on.js';
import { aCaller, anOrder } from './tariff-files.js';

// A process that loads one schedule and does nothing else; says how much memory it took at its highest, in MB.
// node import-alone.js <database URL as duties_app> <as duties_system> <file>
const [app = '', system = '', file = ''] = process.argv.slice(2);
const pool = (url: string) => createPool(url, 'import alone', 4, () => undefined);
const [appPool, systemPool] = [pool(app), pool(system)];
const keys = new SubjectKeys({ pool: appPool, masterKey: Buffer.alloc(32) });
const { tariffs } = tariffsOn(
  (inline) => createEventStore({ context: 'duties', appPool, systemPool, keys, log: silentLog, inline }),
  now,
);
const order = anOrder({ source: 'usitc-hts-csv', validFrom: '2025-01-01' });
await tariffs.import(aCaller(), 'alone', order, createReadStream(file));
await Promise.all([appPool.end(), systemPool.end()]);
const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
process.stdout.write(`${peak.toFixed(0)}\n`);
