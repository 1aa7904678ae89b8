export { shipmentLifecycle } from './shipment-lifecycle.js';
export { postEntry } from './post-entry.js';
export { legalBasisVoidance } from './legal-basis-voidance.js';
export { statementDifferences } from './statement-differences.js';
export { returnedPayments } from './returned-payments.js';
export { engagementProgramme } from './engagement-programme.js';
export { retention } from './retention.js';
export { reconciliation } from './reconciliation.js';
