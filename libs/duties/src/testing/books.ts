import { assessmentRequest, type AssessmentRequest } from '@tidewaiter/contracts';
import { loadRuleBooks } from '../application/rule-books.js';

/** The rule books of the house, as the service loads them. */
export const books = loadRuleBooks();

type Loose = Record<string, unknown>;

/** A request that reads as prose: bicycles from Taiwan to Great Britain, priced CIF, unless said otherwise. */
export const aRequest = (over: Loose = {}): AssessmentRequest =>
  assessmentRequest.parse({
    destination: 'GB',
    origin: 'TW',
    lawDate: '2026-03-10',
    transport: 'ocean',
    incoterm: 'CIF',
    lines: [aLine()],
    ...over,
  });

export const aLine = (over: Loose = {}): Loose => ({
  number: 1,
  commodity: '8712003000',
  price: { amount: '1000.00', currency: 'GBP' },
  ...over,
});
