import { declaration } from './declaration.js';
import { entry } from './entry.js';
import { mailbox } from './mailbox.js';
import { postEntryCase } from './post-entry-case.js';

export * from './answers.js';
export * from './content.js';
export * from './declaration.js';
export * from './entry.js';
export * from './facts.js';
export * from './handling.js';
export * from './legal-clocks.js';
export * from './mailbox.js';
export * from './notices.js';
export * from './ours.js';
export * from './post-entry-case.js';
export * from './resend.js';
export * from './summary.js';
export * from './vector.js';

/** Stream categories of this context with what replay needs of each. */
export const streams = { declaration, entry, case: postEntryCase, mailbox };
