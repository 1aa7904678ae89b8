import type { Finding } from '@tidewaiter/contracts';
import { papersOf } from '../facts.js';
import { invoicedLines, linesAgree, matchLines, proposeLines } from '../lines.js';
import { compared, invoiceSubject, nothing, type Check } from './check.js';

/**
 * A line of an invoice without a line of the shipment, or the reverse. Only registered lines are compared: with none there is
 * nothing to match, and what a person has confirmed is the answer to this question.
 */
export const linesNotMatched: Check = ({ papers, situation, confirmed }) => {
  const invoiced = invoicedLines(papers);
  if (confirmed || situation.lines.length === 0 || invoiced.length === 0) return nothing;
  const { onlyInvoiced, onlyGoods } = matchLines(invoiced, situation.lines);
  const fix = ['Confirm the lines as the invoice has them, or upload the invoice that fits the shipment.'];
  const findings: Finding[] = [
    ...onlyInvoiced.map(({ paper, line, index }) => ({
      kind: 'lines.not-matched',
      outcome: 'blocks-filing' as const,
      subject: invoiceSubject(paper.facts.values.number, line.number),
      compared: [compared(paper.documentId, `/lines/${index}`, line.description)],
      says: `Line ${line.number} of invoice ${paper.facts.values.number} is on no line of the shipment.`,
      fix,
    })),
    ...onlyGoods.map((line) => ({
      kind: 'lines.not-matched',
      outcome: 'blocks-filing' as const,
      subject: `shipment, line ${line.number}`,
      compared: [compared('shipment', `/lines/${line.number}`, line.description)],
      says: `Line ${line.number} of the shipment is on no invoice.`,
      fix,
    })),
  ];
  return { findings, cannotTell: [] };
};

/** Lines that must come from the invoice, and cannot: a value that a declaration needs stands in no paper. */
export const linesIncomplete: Check = ({ papers, situation, confirmed }) => {
  // Weights may still come with the packing list; until then nothing is missing for good.
  if (confirmed || papersOf(papers, 'packing-list').length === 0) return nothing;
  if (situation.lines.length > 0 && linesAgree(matchLines(invoicedLines(papers), situation.lines))) return nothing;
  const incomplete = proposeLines(papers, situation.lines).flatMap((proposal) => proposal.incomplete);
  const findings = incomplete.map(({ missing, invoiced: { paper, line, index } }): Finding => ({
    kind: 'lines.incomplete',
    outcome: 'blocks-filing',
    subject: invoiceSubject(paper.facts.values.number, line.number),
    compared: [compared(paper.documentId, `/lines/${index}`, line.description)],
    says: `Line ${line.number} of invoice ${paper.facts.values.number} has no ${missing.join(', no ')}.`,
    fix: ['Upload an invoice or packing list that states it, or register the shipment with its lines.'],
  }));
  return { findings, cannotTell: [] };
};
