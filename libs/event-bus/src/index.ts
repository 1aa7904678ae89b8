export type * from './event-bus.js';
export { silentLog, type Log } from './log.js';
