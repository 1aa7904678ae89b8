export { WorkerModule } from './worker.module.js';
export { bundle, keepBundle, workflowBundle } from './bundle.js';
export { FactBridge, isFact } from './fact-bridge.js';
