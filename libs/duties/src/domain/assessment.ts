import type { AssessmentRequest, AssessmentResult, DutiesEvent } from '@tidewaiter/contracts';
import { unreachable, type Decider } from '@tidewaiter/kernel';

type AssessmentEvent = Extract<DutiesEvent, { type: 'DutyAssessed' | 'AssessmentNeedsReview' }>;
type DutyAssessed = Extract<DutiesEvent, { type: 'DutyAssessed' }>['data'];

/** The assessments of one shipment, beside each other: none overwrites the one before. */
export interface Assessments {
  count: number;
  /** the newest that gave figures */
  last: DutyAssessed | null;
  needsReview: boolean;
}

export type AssessmentCommand =
  | {
      type: 'RecordAssessment';
      shipmentId: string;
      assessmentId: string;
      request: AssessmentRequest;
      result: AssessmentResult;
      resultDigest: string;
      /** charges that are not payable with the entry, by group */
      later?: ReadonlyMap<LaterGroup, Later>;
      of?: DutyAssessed['of'];
    }
  | { type: 'RecordReview'; shipmentId: string; assessmentId: string; request: AssessmentRequest; questions: string[] };

type Charge = DutyAssessed['charges'][number];
export type Later = NonNullable<Charge['later']>;
type LaterGroup = 'duty' | 'excise' | 'tax';

const groupOf = (role: string): LaterGroup | null => {
  if (role === 'fee') return null;
  return role === 'vat' ? 'tax' : role === 'excise' ? 'excise' : 'duty';
};

/** Every charge that is owed, by line, tax type and legal basis; entry charges stand under line 0. */
export function chargesOwed(result: AssessmentResult, later?: ReadonlyMap<LaterGroup, Later>): Charge[] {
  const { currency } = result;
  const laterFor = (role: string): { later?: Later } => {
    const group = groupOf(role);
    const found = group === null ? undefined : later?.get(group);
    return found ? { later: found } : {};
  };
  const ofLines = result.lines.flatMap((line) =>
    line.options
      .filter(({ chosen }) => chosen)
      .flatMap(({ charges }) =>
        charges.map(({ code, role, amount, legalBasis, arithmetic }): Charge => ({
          line: line.number,
          code,
          role,
          amount: { amount, currency },
          legalBasis,
          arithmetic,
          ...laterFor(role),
        })),
      ),
  );
  const ofEntry = result.entryCharges.map(({ taxType, amount, legalBasis, arithmetic }): Charge => ({
    line: 0,
    code: taxType,
    role: 'fee',
    amount: { amount, currency },
    legalBasis,
    arithmetic,
  }));
  return [...ofLines, ...ofEntry];
}

/** What a duty-paid price holds of duty and tax, by line; empty for every other price. */
const containedIn = ({ lines, currency }: AssessmentResult): NonNullable<DutyAssessed['contained']> =>
  lines.flatMap(({ number, customsValue }) =>
    customsValue?.contained === undefined
      ? []
      : [{ line: number, amount: { amount: customsValue.contained, currency } }],
  );

function record(
  state: Assessments,
  command: Extract<AssessmentCommand, { type: 'RecordAssessment' }>,
): AssessmentEvent[] {
  const { shipmentId, assessmentId, request, result, resultDigest, later, of } = command;
  const n = state.count + 1;
  const { totals } = result;
  if (totals === null || totals.landedCost === null) {
    return [
      { type: 'AssessmentNeedsReview', data: { assessmentId, shipmentId, n, questions: openPoints(result), request } },
    ];
  }
  const { currency, lawDate, rules } = result;
  const contained = containedIn(result);
  return [
    {
      type: 'DutyAssessed',
      data: {
        assessmentId,
        shipmentId,
        n,
        lawDate,
        currency,
        request,
        resultDigest,
        rules,
        charges: chargesOwed(result, later),
        ...(contained.length > 0 ? { contained } : {}),
        totals: { ...totals, landedCost: totals.landedCost },
        ...(of ? { of } : {}),
      },
    },
  ];
}

/** What keeps a result from being an assessment, as sentences for the person who must look. */
export const openPoints = (result: AssessmentResult): string[] => [
  ...result.lines.flatMap(({ number, questions }) => questions.map(({ asks }) => `line ${number}: ${asks}`)),
  ...result.notices
    .filter(({ code }) => code === 'duties.rule.none' || code === 'duties.fee.undecided')
    .map(({ detail }) => detail),
];

export const assessment: Decider<Assessments, AssessmentCommand, AssessmentEvent> = {
  initial: { count: 0, last: null, needsReview: false },
  decide(state, command) {
    switch (command.type) {
      case 'RecordAssessment':
        return record(state, command);
      case 'RecordReview':
        return [
          {
            type: 'AssessmentNeedsReview',
            data: {
              assessmentId: command.assessmentId,
              shipmentId: command.shipmentId,
              n: state.count + 1,
              questions: command.questions,
              request: command.request,
            },
          },
        ];
      default:
        return unreachable(command);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'DutyAssessed':
        return { count: event.data.n, last: event.data, needsReview: false };
      case 'AssessmentNeedsReview':
        return { ...state, count: event.data.n, needsReview: true };
      default:
        return state;
    }
  },
};
