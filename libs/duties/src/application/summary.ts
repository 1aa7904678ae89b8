import type { AssessmentSummary } from '@tidewaiter/contracts';
import { exact, money } from '@tidewaiter/kernel';
import type { StoredAssessment } from '../postgres/assessments.js';

const DUTY_ROLES = new Set([
  'basic-duty',
  'preference',
  'suspension',
  'safeguard',
  'additional-duty',
  'anti-dumping',
  'countervailing',
]);

/** What the story carries of an assessment: figures by tax type, not their arithmetic. Only of one that gave figures. */
export function summaryOf({ assessmentId, n, resultDigest, request, result }: StoredAssessment): AssessmentSummary {
  const { currency, lawDate, totals } = result;
  return {
    assessmentId,
    n,
    currency,
    lawDate,
    digest: resultDigest,
    fx: request.fx,
    lines: result.lines.map((line) => {
      const charges = line.options.find(({ chosen }) => chosen)?.charges ?? [];
      const duty = charges
        .filter(({ role }) => DUTY_ROLES.has(role))
        .reduce((sum, { amount }) => sum.plus(amount), exact('0'));
      return {
        number: line.number,
        customsValue: line.customsValue!.amount,
        ...(line.customsValue!.contained === undefined ? {} : { contained: line.customsValue!.contained }),
        duty: money(duty, currency).amount,
        charges: charges.map(({ code, amount }) => ({ code, amount })),
      };
    }),
    entryCharges: result.entryCharges.map(({ taxType, amount }) => ({ code: taxType, amount })),
    totals: { ...totals!, landedCost: totals!.landedCost! },
  };
}
