import type { Finding, GoodsLine, Situation } from '@tidewaiter/contracts';
import type { Paper } from '../facts.js';

/** An invoice number that another shipment of the tenant carries already. */
export interface KnownInvoice {
  shipmentId: string;
  documentId: string;
  /** as `partyKey` gives it */
  seller: string;
  number: string;
}

export interface CheckInput {
  situation: Situation;
  papers: readonly Paper[];
  /** invoices of the tenant's other shipments that were not called off */
  history: readonly KnownInvoice[];
  /** lines that a person confirmed, when all invoices were; they stand above the registered ones */
  confirmed: readonly GoodsLine[] | null;
}

export interface CheckResult {
  findings: Finding[];
  /** `<kind>: <missing field>`: the check could not be made */
  cannotTell: string[];
}

/** Pure, total, stable: the same input gives the same answer, whatever its order. */
export type Check = (input: CheckInput) => CheckResult;

type Compared = Finding['compared'][number];

export const compared = (document: string, pointer: string, value: string): Compared => ({ document, pointer, value });

export const invoiceSubject = (number: string, line?: string): string =>
  line === undefined ? `invoice ${number}` : `invoice ${number}, line ${line}`;

export const together = (results: readonly CheckResult[]): CheckResult => ({
  findings: results.flatMap((each) => each.findings),
  cannotTell: results.flatMap((each) => each.cannotTell),
});

export const nothing: CheckResult = { findings: [], cannotTell: [] };
