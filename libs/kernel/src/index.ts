export * from './canonical.js';
export * from './check-digits.js';
export * from './decider.js';
export * from './errors.js';
export * from './ids.js';
export * from './instant.js';
export * from './legal-date.js';
export * from './money.js';
