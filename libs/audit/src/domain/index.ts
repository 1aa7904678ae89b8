import { dossier } from './dossier.js';
import { reader } from './reader.js';

export * from './account.js';
export * from './dossier.js';
export * from './leaf.js';
export * from './reader.js';
export * from './replay.js';
export * from './retention.js';
export * from './sequence.js';

/** How each stream of this context is folded, by category. */
export const streams = { dossier, reader };
