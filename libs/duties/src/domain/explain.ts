import type { AssessmentResult } from '@tidewaiter/contracts';

type Line = AssessmentResult['lines'][number];
type Option = Line['options'][number];

const indent = (lines: readonly string[], by = 2): string[] => lines.map((line) => `${' '.repeat(by)}${line}`);

function explainOption(option: Option, currency: string): string[] {
  const verdict = option.chosen
    ? 'chosen'
    : option.needs.length > 0
      ? `would need ${option.needs.join(' and ')}`
      : 'possible, but dearer';
  return [
    `Option ${option.basis} (${verdict}): ${option.total} ${currency}`,
    ...option.charges.flatMap((charge) => [
      `  ${charge.code} ${charge.role}: ${charge.amount} ${currency}`,
      `    ${charge.expression}: ${charge.arithmetic}; ${charge.rounding}`,
      `    law: ${charge.legalBasis}`,
    ]),
  ];
}

function explainLine(line: Line, currency: string): string[] {
  return [
    `Line ${line.number}`,
    ...indent(
      line.customsValue
        ? [
            `Customs value ${line.customsValue.amount} ${line.customsValue.currency}`,
            ...indent(line.customsValue.trace),
            ...(line.customsValue.contained === undefined
              ? []
              : indent([
                  `declared as a deduction from the price: ${line.customsValue.contained} ${line.customsValue.currency}`,
                ])),
          ]
        : ['Customs value: not known'],
    ),
    ...indent(line.options.flatMap((option) => explainOption(option, currency))),
    ...indent(
      line.questions.map(
        ({ asks, measures, answers }) =>
          `Asked: ${asks}${measures.length > 0 ? ` for ${measures.join(', ')}` : ''}${answers.length > 0 ? `; answers: ${answers.join('; ')}` : ''}`,
      ),
    ),
  ];
}

const STATUS: Record<AssessmentResult['status'], string> = {
  ASSESSED: 'assessed',
  QUESTIONS: 'not assessed: questions are open',
  NEEDS_REVIEW: 'not assessed: a person must look, a rule is missing or undecided',
};

/** The assessment as text for a person: values, options, arithmetic, law, rounding, what is asked and what to be careful about. */
export function explain(result: AssessmentResult): string {
  const { currency, totals } = result;
  const text = [
    `Import into ${result.destination}, law of ${result.lawDate}: ${STATUS[result.status]}`,
    `Rules: ${result.rules.map(({ set, version, digest }) => `${set} ${version} (${digest})`).join(', ')}`,
    '',
    ...result.lines.flatMap((line) => [...explainLine(line, currency), '']),
    ...result.entryCharges.flatMap((charge) => [
      `Entry: ${charge.code} (${charge.taxType}) ${charge.amount} ${currency}`,
      `  ${charge.arithmetic}; ${charge.rounding}`,
      `  law: ${charge.legalBasis}`,
    ]),
    ...(totals
      ? [
          `Total: duty ${totals.duty}, excise ${totals.excise}, fees ${totals.fees}, tax ${totals.tax} ${currency}`,
          `Payable now ${totals.payableNow} ${currency}, later ${totals.payableLater} ${currency}${totals.landedCost === null ? '' : `; landed cost ${totals.landedCost} ${currency}`}`,
        ]
      : []),
    ...result.notices.map(({ code, detail }) => `Note (${code}): ${detail}`),
  ];
  return `${text
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}
