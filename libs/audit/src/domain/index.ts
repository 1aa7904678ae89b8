export * from './account.js';
export * from './dossier.js';
export * from './folds.js';
export * from './leaf.js';
export * from './reader.js';
export * from './replay.js';
export * from './retention.js';
export * from './sequence.js';
