import type { Finding } from '@tidewaiter/contracts';
import { together, type Check, type CheckInput, type CheckResult } from './check.js';
import { currencyMixed, lineArithmetic, totalMismatch } from './invoice-arithmetic.js';
import { linesIncomplete, linesNotMatched } from './lines.js';
import { consigneeDiffers, numberDuplicate } from './parties.js';
import { netExceedsGross, packagesDiffer, weightsDiffer } from './weights.js';

const CHECKS: Check[] = [
  totalMismatch,
  lineArithmetic,
  currencyMixed,
  netExceedsGross,
  weightsDiffer,
  packagesDiffer,
  consigneeDiffers,
  linesNotMatched,
  linesIncomplete,
  numberDuplicate,
];

const order = (a: Finding, b: Finding): number => compare(a.kind, b.kind) || compare(a.subject, b.subject);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Compares the papers with each other, with the shipment and with the tenant's other shipments.
 *
 * @returns findings sorted by (kind, subject), which is their key; the order of papers, lines and history changes nothing
 */
export function runChecks(input: CheckInput): CheckResult {
  const papers = [...input.papers].sort((a, b) => compare(a.documentId, b.documentId));
  const { findings, cannotTell } = together(CHECKS.map((check) => check({ ...input, papers })));
  return { findings: findings.sort(order), cannotTell: [...new Set(cannotTell)].sort() };
}
