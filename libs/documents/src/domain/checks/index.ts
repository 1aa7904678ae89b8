export type { Check, CheckInput, CheckResult, KnownInvoice } from './check.js';
export { runChecks } from './run.js';
