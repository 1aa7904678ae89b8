export { shipmentLifecycle } from './shipment-lifecycle.js';
export { engagementProgramme } from './engagement-programme.js';
export { retention } from './retention.js';
export { reconciliation } from './reconciliation.js';
