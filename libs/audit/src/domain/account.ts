import type { AnyEvent } from '@tidewaiter/shipments/domain';
import type { Leaf } from './leaf.js';

/** What a report tells of a shipment, drawn from its events alone. Amounts are decimal strings with their currency. */
export interface Account {
  parties: { role: string; name: string; country: string }[];
  assessments: {
    n: number;
    lawDate: string;
    currency: string;
    rules: { set: string; version: string; sha256: string }[];
    charges: { line: number; code: string; amount: string; legalBasis: string; arithmetic: string | null }[];
    totals: Record<string, string>;
  }[];
  /** who prepared and who approved, payment by payment */
  approvals: {
    what: string;
    amount: string;
    prepared: string[];
    approved: { by: string; at: string }[];
    needed: number;
  }[];
  documents: { name: string; sha256: string; size: number; mediaType: string; at: string }[];
  decisions: { by: string; at: string; index: number }[];
}

const amountOf = ({ amount, currency }: { amount: string; currency: string }): string => `${amount} ${currency}`;
const hexOf = (digest: string): string => digest.replace(/^sha256:/, '');

/** @param leaves in the log's order; data of persons as far as it is to be shown */
export function accountOf(leaves: readonly Leaf[]): Account {
  const account: Account = { parties: [], assessments: [], approvals: [], documents: [], decisions: [] };
  const payments = new Map<string, Account['approvals'][number]>();
  for (const leaf of leaves) {
    const event = { type: leaf.name, data: leaf.data } as AnyEvent;
    switch (event.type) {
      case 'ShipmentOpened':
        account.parties = event.data.parties.map(partyOf);
        break;
      case 'ShipmentAmended':
        if (event.data.parties) account.parties = event.data.parties.map(partyOf);
        break;
      case 'DutyAssessed': {
        const { n, lawDate, currency, rules, charges, totals } = event.data;
        account.assessments.push({
          n,
          lawDate,
          currency,
          rules: rules.map(({ set, version, digest }) => ({ set, version, sha256: hexOf(digest) })),
          charges: charges.map(({ line, code, amount, legalBasis, arithmetic }) => ({
            line,
            code,
            amount: amountOf(amount),
            legalBasis,
            arithmetic: arithmetic ?? null,
          })),
          totals,
        });
        break;
      }
      case 'PaymentRequested': {
        const { paymentId, amount, payee, editors, requestedBy, approvalsNeeded } = event.data;
        const payment = {
          what: `Payment to ${payee.name}, reference ${event.data.reference}`,
          amount: amountOf(amount),
          prepared: [...new Set([...editors, requestedBy])],
          approved: [],
          needed: approvalsNeeded,
        };
        payments.set(paymentId, payment);
        account.approvals.push(payment);
        break;
      }
      case 'PaymentApproved':
        payments.get(event.data.paymentId)?.approved.push({ by: event.data.by, at: leaf.time });
        break;
      case 'FileStored': {
        const { name, sha256, size, mediaType } = event.data;
        account.documents.push({ name, sha256, size, mediaType, at: leaf.time });
        break;
      }
      case 'ProofOfDeliveryCaptured': {
        const { sha256, size, mediaType } = event.data;
        account.documents.push({ name: 'proof of delivery', sha256, size, mediaType, at: leaf.time });
        break;
      }
      case 'TaskDecided':
        account.decisions.push({ by: event.data.by, at: leaf.time, index: leaf.index });
        break;
      default:
    }
  }
  return account;
}

const partyOf = ({ role, name, address }: { role: string; name: string; address: { country: string } }) => ({
  role,
  name,
  country: address.country,
});
