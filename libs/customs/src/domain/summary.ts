import type { StatusVector } from './vector.js';

export type SummaryWord =
  | 'Invalidated'
  | 'Rejected'
  | 'OutcomeUnknown'
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

/** The first rule that holds gives the one word that people see; each word comes with its reasons. */
export function summaryOf(vector: StatusVector): Summary {
  const { legal, control, documents, funds, release, clearance } = vector;
  const since = (name: string, cell: { value: string; detail: string | null; at: string | null }): string =>
    `${name} is ${cell.value}${cell.detail ? ` (${cell.detail})` : ''}${cell.at ? ` since ${cell.at}` : ''}`;
  const gaps = vector.gaps.map((gap) => `gap: ${gap}`);
  const say = (word: SummaryWord, reasons: string[], change: string): Summary => ({
    word,
    why: [...reasons, ...gaps, change],
  });

  if (legal.value === 'invalidated') {
    return say('Invalidated', [since('legal standing', legal)], 'Only a person may start a new filing.');
  }
  if (legal.value === 'rejected') {
    return say(
      'Rejected',
      [since('legal standing', legal)],
      'A corrected version, sent under the same filing, leaves it.',
    );
  }
  if (legal.value === 'unknown') {
    return say(
      'OutcomeUnknown',
      ['it was sent and no readable answer came'],
      'Any message of the authority, or its answer to our enquiry, ends it.',
    );
  }
  if (clearance.value === 'cleared' && release.value === 'full') {
    return say(
      'Released',
      [since('clearance', clearance), ...(control.value === 'physical' ? [since('control', control)] : [])],
      'A later correction or invalidation would change it.',
    );
  }
  if (release.value === 'conditional') {
    return say('ConditionallyReleased', [since('release', release)], 'The final debt and the clearance complete it.');
  }
  if (control.value === 'physical') {
    return say('Exam', [since('control', control)], 'The outcome of the examination changes it.');
  }
  if (funds.value === 'due' || funds.value === 'short') {
    return say('PaymentRequired', [since('funds', funds)], 'The payment, or a top-up of the account, changes it.');
  }
  if (documents.value === 'asked' || control.value === 'documents') {
    return say(
      'UnderReview',
      [documents.value === 'asked' ? since('documents', documents) : since('control', control)],
      'The papers that were asked for, and the officer’s decision, change it.',
    );
  }
  if (legal.value === 'accepted') {
    return say('Accepted', [since('legal standing', legal)], 'The release changes it.');
  }
  if (legal.value === 'registered' || legal.value === 'manual' || legal.value === 'sent') {
    return say('Sent', [since('legal standing', legal)], 'The authority’s acceptance or rejection changes it.');
  }
  return say('ReadyToFile', ['nothing of the newest version is with the authority'], 'Sending it changes it.');
}
