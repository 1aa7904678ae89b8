import type { MailboxEvent } from '@tidewaiter/contracts';
import type { Decider } from '@tidewaiter/kernel';

/** When people had a mailbox of an authority looked into, newest last; stream `mailbox-<mailboxId>` of a tenant. */
export type Mailbox = readonly MailboxEvent['data'][];

export type MailboxCommand = { type: 'NoteCollection'; data: MailboxEvent['data'] };

export const mailbox: Decider<Mailbox, MailboxCommand, MailboxEvent> = {
  initial: [],
  decide: (_state, { data }) => [{ type: 'MessagesCollected', data }],
  evolve: (state, { data }) => [...state, data],
};
