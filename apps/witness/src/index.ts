export { witnessServer } from './server.js';
export { Witness, WitnessRefused } from './witness.js';
