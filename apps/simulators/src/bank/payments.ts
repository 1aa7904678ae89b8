import { z } from 'zod';

const account = z.object({
  SchemeName: z.string().max(40),
  Identification: z.string().min(1).max(256),
  Name: z.string().max(350).optional(),
});

/** Domestic payment initiation, the members this bank reads. @see Open Banking Read-Write API 3.1, domestic payments */
export const paymentRequest = z.object({
  Data: z.object({
    Initiation: z.object({
      InstructionIdentification: z.string().min(1).max(35),
      EndToEndIdentification: z.string().min(1).max(35),
      InstructedAmount: z.object({
        Amount: z.string().regex(/^\d{1,13}$|^\d{1,13}\.\d{1,5}$/),
        Currency: z.string().regex(/^[A-Z]{3}$/),
      }),
      DebtorAccount: account,
      CreditorAccount: account,
      RemittanceInformation: z.object({ Reference: z.string().min(1).max(35) }),
    }),
  }),
  Risk: z.looseObject({}),
});
export type Initiation = z.output<typeof paymentRequest>['Data']['Initiation'];

export type PaymentStatus = 'AcceptedSettlementInProcess' | 'AcceptedSettlementCompleted' | 'Rejected';

/** What the bank will do, and when. */
export interface Verdict {
  settles: boolean;
  reason: string;
  /** milliseconds; null: the pace decides */
  after: number | null;
  /** says nothing until asked, or until an instant (epoch ms) */
  silent: number | 'until-asked' | null;
  /** milliseconds after settling until the payee's bank sends the money back; null: never */
  returns: number | null;
  /** what the payee pays back by itself; milliseconds after settling */
  refund?: { amount: string; reference: string; later: number };
}

export interface Payment {
  id: string;
  key: string;
  bodyDigest: string;
  initiation: Initiation;
  verdict: Verdict;
  takenAt: Date;
  status: PaymentStatus;
  statusAt: Date;
  /** when the money came back after it had settled */
  returnedAt: Date | null;
  asked: boolean;
}

/** One movement on an account of this bank; `DBIT` takes money off it, `CRDT` is a payment that came back, `RFND` what the payee paid back. */
export interface Movement {
  indicator: 'DBIT' | 'CRDT' | 'RFND';
  paymentId: string;
  account: string;
  amount: string;
  currency: string;
  reference: string;
  shipment: string;
  at: string;
}

/** `Data` of an answer about a payment. */
export const paymentData = ({
  id,
  status,
  statusAt,
  takenAt,
  initiation,
  verdict,
}: Payment): Record<string, unknown> => ({
  DomesticPaymentId: id,
  Status: status,
  CreationDateTime: takenAt.toISOString(),
  StatusUpdateDateTime: statusAt.toISOString(),
  ...(status === 'Rejected' ? { Reason: verdict.reason } : {}),
  Initiation: initiation,
});

/** A row of an account's transactions. @see Open Banking Read-Write API 3.1, OBReadTransaction6 */
export const transactionRow = (movement: Movement): Record<string, unknown> => ({
  AccountId: movement.account,
  TransactionId: `${movement.paymentId}/${movement.indicator}`,
  TransactionReference: movement.reference,
  CreditDebitIndicator: movement.indicator === 'DBIT' ? 'Debit' : 'Credit',
  Status: 'Booked',
  BookingDateTime: movement.at,
  Amount: { Amount: movement.amount, Currency: movement.currency },
  TransactionInformation: movement.shipment,
});
