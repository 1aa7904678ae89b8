import { stops, type Cell, type StatusVector } from './vector.js';

export type SummaryWord =
  | 'Seized'
  | 'Invalidated'
  | 'Abandoned'
  | 'Rejected'
  | 'OutcomeUnknown'
  | 'Hold'
  | 'Released'
  | 'ConditionallyReleased'
  | 'Exam'
  | 'PaymentRequired'
  | 'UnderReview'
  | 'Accepted'
  | 'Sent'
  | 'ReadyToFile';

export interface Summary {
  word: SummaryWord;
  /** the cells it rests on, then what would change it */
  why: string[];
}

const since = (name: string, cell: Cell): string =>
  `${name} is ${cell.value}${cell.detail ? ` (${cell.detail})` : ''}${cell.at ? ` since ${cell.at}` : ''}`;

interface Rule {
  word: SummaryWord;
  /** the cells that make the word so; none: it does not hold */
  because: (vector: StatusVector) => string[];
  change: string;
}

/** Cells of which a vector has one. */
type Single = { [K in keyof StatusVector]-?: StatusVector[K] extends Cell ? K : never }[keyof StatusVector];

/** A reason for each cell whose value is one of these. */
const cells = (vector: StatusVector, ...asked: [Single, string, string[]][]): string[] =>
  asked.flatMap(([name, title, values]) => {
    const cell = vector[name];
    return values.includes(cell.value) ? [since(title, cell)] : [];
  });

const stopped = (title: string, of: Record<string, Cell>): string[] =>
  Object.entries(of).flatMap(([name, cell]) => (stops(cell) ? [since(`${title} ${name}`, cell)] : []));

/** The first rule that holds gives the word. @see customs-channels, states: summary */
const RULES: readonly Rule[] = [
  {
    word: 'Seized',
    because: (vector) => cells(vector, ['release', 'release', ['seized']]),
    change: 'Only a newer decision of the authority, recorded by a person, changes it; a petition may lead to one.',
  },
  {
    word: 'Invalidated',
    because: (vector) => cells(vector, ['legal', 'legal standing', ['invalidated']]),
    change: 'Only a person may start a new filing.',
  },
  {
    word: 'Abandoned',
    because: (vector) => cells(vector, ['disposal', 'the goods’ end', ['abandoned', 're-exported', 'destroyed']]),
    change: 'Nothing: the importer gave the clearance up.',
  },
  {
    word: 'Rejected',
    because: (vector) => cells(vector, ['legal', 'legal standing', ['rejected']]),
    change: 'A corrected version, sent under the same filing, leaves it.',
  },
  {
    word: 'OutcomeUnknown',
    because: ({ legal }) => (legal.value === 'unknown' ? ['it was sent and no readable answer came'] : []),
    change: 'Any message of the authority, or its answer to our enquiry, ends it.',
  },
  {
    word: 'Hold',
    because: (vector) => [
      ...cells(vector, ['release', 'release', ['suspended', 'refused']]),
      ...stopped('agency', vector.agencies),
      ...stopped('bill', vector.bills),
      ...stopped('line', vector.lines),
    ],
    change: 'The agency that placed it lifts it, or the authority releases anew.',
  },
  {
    word: 'Released',
    because: (vector) =>
      vector.clearance.value === 'cleared' && vector.release.value === 'full'
        ? [
            since('clearance', vector.clearance),
            ...cells(vector, ['control', 'control', ['physical', 'documents']], ['documents', 'documents', ['asked']]),
          ]
        : [],
    change: 'A later correction, recall or invalidation would change it.',
  },
  {
    word: 'ConditionallyReleased',
    because: (vector) => cells(vector, ['release', 'release', ['conditional']]),
    change: 'The final debt and the clearance complete it.',
  },
  {
    word: 'Exam',
    because: (vector) => cells(vector, ['control', 'control', ['physical']]),
    change: 'The outcome of the examination changes it.',
  },
  {
    word: 'PaymentRequired',
    because: (vector) => cells(vector, ['funds', 'funds', ['due', 'short']]),
    change: 'The payment, or a top-up of the account, changes it.',
  },
  {
    word: 'UnderReview',
    because: (vector) =>
      cells(
        vector,
        ['documents', 'documents', ['asked', 'sent']],
        ['query', 'a query', ['open']],
        ['control', 'control', ['documents']],
      ),
    change: 'The papers or the answer that were asked for, and the officer’s decision, change it.',
  },
  {
    word: 'Accepted',
    because: (vector) => cells(vector, ['legal', 'legal standing', ['accepted']]),
    change: 'The release changes it.',
  },
  {
    word: 'Sent',
    because: (vector) => cells(vector, ['legal', 'legal standing', ['registered', 'manual', 'sent']]),
    change: 'The authority’s acceptance or rejection changes it.',
  },
  {
    word: 'ReadyToFile',
    because: () => ['nothing of the newest version is with the authority'],
    change: 'Sending it changes it.',
  },
];

/** The one word that people see, with the cells it rests on, what is missing, and what would change it. */
export function summaryOf(vector: StatusVector): Summary {
  for (const { word, because, change } of RULES) {
    const reasons = because(vector);
    if (reasons.length > 0) return { word, why: [...reasons, ...vector.gaps.map((gap) => `gap: ${gap}`), change] };
  }
  throw new Error('the last rule always holds');
}
