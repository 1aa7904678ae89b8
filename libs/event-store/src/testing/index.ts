export { serverSetting, TestDatabase } from './servers.js';
export { benchAppend, type AppendRates } from './bench-append.js';
export { migrationsBefore } from './migrations-before.js';
