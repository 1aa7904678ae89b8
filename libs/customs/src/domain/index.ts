import { declaration } from './declaration.js';

export * from './answers.js';
export * from './content.js';
export * from './declaration.js';
export * from './facts.js';
export * from './handling.js';
export * from './notices.js';
export * from './ours.js';
export * from './resend.js';
export * from './summary.js';
export * from './vector.js';

/** Stream categories of this context with what replay needs of each. */
export const streams = { declaration };
