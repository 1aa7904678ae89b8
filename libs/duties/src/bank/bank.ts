import type { Money } from '@tidewaiter/kernel';

export const BANK = Symbol('BANK');

export interface BankOrder {
  /** our idempotency key: one order per key, whatever happens on the way */
  key: string;
  amount: Money;
  payee: { name: string; account: string };
  /** what the authority wants quoted */
  reference: string;
  /** what people know the shipment by */
  endToEnd: string;
}

/** What the bank says of an order that it has. */
export interface Standing {
  bankReference: string;
  status: 'in-process' | 'settled' | 'rejected';
  reason: string | null;
  /** instant of the status; null when the bank did not say one */
  at: string | null;
}

/** Money that came to our account. */
export interface BankCredit {
  transactionId: string;
  /** what the payer quoted */
  reference: string;
  amount: Money;
  /** instant of the booking */
  at: string;
}

export type BankSaid = ({ kind: 'payment'; key: string } & Standing) | ({ kind: 'credit' } & BankCredit);

export type OrderOutcome =
  | ({ kind: 'taken' } & Standing)
  /** the bank read the order and took none of it */
  | { kind: 'refused'; reason: string }
  /** no answer, or none that can be read: the order may have been taken */
  | { kind: 'unknown'; says: string };

export type FindOutcome = ({ kind: 'found' } & Standing) | { kind: 'absent' } | { kind: 'unknown'; says: string };

/** The bank as duties need it. No retry inside: an order without an answer is asked for by its key, never sent blindly again. */
export interface Bank {
  /** The bytes of an order, to be stored before they are sent and sent unchanged ever after. */
  compose(order: BankOrder): string;
  /** @throws Unavailable `duties.bank.closed` when the bank certainly took nothing because it does not let us in */
  order(key: string, body: string): Promise<OrderOutcome>;
  /** @throws Unavailable `duties.bank.closed` */
  find(key: string): Promise<FindOutcome>;
  /** Reads a pushed event. @throws Invalid `duties.bank.message-unreadable` */
  read(body: Buffer): BankSaid;
}
