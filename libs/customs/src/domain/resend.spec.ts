import fc from 'fast-check';
import { nextEnquiry, resendOf, type Attempt, type AttemptOutcome } from './resend.js';

const rule = { quietMs: 900_000, limitMs: 172_800_000, most: 3 };
const START = '2026-11-24T10:00:00.000000Z';
const attempt = (outcome: AttemptOutcome, n = 1): Attempt => ({
  version: 1,
  attempt: n,
  outcome,
  conversationId: null,
  startedAt: START,
});
const absent = { answer: 'absent', askedAt: START } as const;
const LATER = '2026-11-24T10:20:00.000000Z';

describe('sending again', () => {
  it('is allowed when the authority has nothing and the quiet time is over', () => {
    expect(resendOf(rule, [attempt('unknown')], absent, LATER).kind).toBe('same-bytes');
  });

  it('waits for the end of the quiet time, and says when that is', () => {
    expect(resendOf(rule, [attempt('unknown')], absent, '2026-11-24T10:14:59.000000Z')).toMatchObject({
      kind: 'wait',
      until: '2026-11-24T10:15:00.000000Z',
    });
  });

  it('asks a person once the reference is 48 hours old, or after the third transmission', () => {
    expect(resendOf(rule, [attempt('unknown')], absent, '2026-11-26T10:00:01.000000Z').kind).toBe('ask-person');
    expect(
      resendOf(
        rule,
        [1, 2, 3].map((n) => attempt('unknown', n)),
        absent,
        LATER,
      ).kind,
    ).toBe('ask-person');
  });

  it('needs the authority’s own word: no answer is no evidence', () => {
    expect(resendOf(rule, [attempt('unknown')], { answer: 'no-answer', askedAt: START }, LATER).kind).toBe('wait');
    expect(resendOf(rule, [attempt('unknown')], { answer: 'found', askedAt: START }, LATER).kind).toBe('no');
  });

  it('never says yes beside an attempt that is open or was received', () => {
    const outcomes = fc.constantFrom<AttemptOutcome>('open', 'received', 'refused', 'unknown', 'not-sent');
    const history = fc.array(outcomes, { minLength: 1, maxLength: 4 });
    const answers = fc.constantFrom('found', 'absent', 'no-answer' as const);
    fc.assert(
      fc.property(history, answers, fc.integer({ min: 0, max: 200_000_000 }), (outcomes, answer, ms) => {
        const attempts = outcomes.map((outcome, index) => attempt(outcome, index + 1));
        const now = new Date(Date.parse(START) + ms).toISOString().replace('Z', '000Z');
        const decision = resendOf(rule, attempts, { answer, askedAt: now }, now);
        if (decision.kind !== 'same-bytes') return;
        expect(answer).toBe('absent');
        expect(outcomes).not.toContain('open');
        expect(outcomes).not.toContain('received');
      }),
    );
  });
});

describe('asking', () => {
  it('follows the schedule, and then repeats its last step', () => {
    const steps = [60_000, 300_000, 900_000, 3_600_000];
    const minutes = [0, 1, 2, 3, 4, 5].map(
      (asked) => (Date.parse(nextEnquiry(steps, START, asked)) - Date.parse(START)) / 60_000,
    );
    expect(minutes).toEqual([1, 5, 15, 60, 120, 180]);
  });
});
