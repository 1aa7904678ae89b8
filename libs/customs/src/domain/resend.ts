import { millisOf, plusMillis, type Instant } from '@tidewaiter/kernel';

export type AttemptOutcome = 'open' | 'received' | 'refused' | 'unknown' | 'not-sent';

/** One transmission of one version, as it was stored before its first byte left. */
export interface Attempt {
  version: number;
  attempt: number;
  outcome: AttemptOutcome;
  conversationId: string | null;
  startedAt: Instant;
}

/** The authority's answer when it was asked by our references. */
export interface Evidence {
  answer: 'found' | 'absent' | 'no-answer';
  askedAt: Instant;
}

/** When an authority lets the same content be sent again. */
export interface ResendRule {
  /** silence that must lie between a transmission and the next one */
  quietMs: number;
  /** after this since the first transmission a person decides: the reference may be taken for a new filing */
  limitMs: number;
  /** transmissions of one version that the rule allows by itself */
  most: number;
}

export type Resend =
  | { kind: 'no'; because: string }
  | { kind: 'wait'; until: Instant | null; because: string }
  | { kind: 'same-bytes'; because: string }
  | { kind: 'ask-person'; because: string };

/**
 * May the same bytes go out again? Never beside an open attempt, never without the authority's own word that it has nothing.
 *
 * @param attempts of the newest version, in order; at least one
 */
export function resendOf(rule: ResendRule, attempts: readonly Attempt[], evidence: Evidence, now: Instant): Resend {
  const first = attempts[0];
  const last = attempts.at(-1);
  if (!first || !last) return { kind: 'no', because: 'nothing was sent yet' };
  if (attempts.some((each) => each.outcome === 'open')) return { kind: 'no', because: 'an attempt is open' };
  if (attempts.some((each) => each.outcome === 'received')) return { kind: 'no', because: 'the authority took it' };
  if (last.outcome !== 'unknown') return { kind: 'no', because: 'the outcome of the last attempt is known' };
  if (evidence.answer === 'found') return { kind: 'no', because: 'the authority has it' };
  if (evidence.answer === 'no-answer') return { kind: 'wait', until: null, because: 'the authority did not answer' };
  if (millisOf(now) - millisOf(first.startedAt) > rule.limitMs) {
    return { kind: 'ask-person', because: 'the first transmission is too old to send the same reference again' };
  }
  if (attempts.length >= rule.most) {
    return { kind: 'ask-person', because: `it was sent ${attempts.length} times and the authority has none of them` };
  }
  const quiet = plusMillis(last.startedAt, rule.quietMs);
  if (millisOf(now) < millisOf(quiet)) {
    return { kind: 'wait', until: quiet, because: 'the authority has nothing, the quiet time is not over' };
  }
  return { kind: 'same-bytes', because: 'the authority has nothing under our references and the quiet time is over' };
}

/**
 * When to ask next. The steps count from the moment the outcome became unknown; the last one repeats.
 *
 * @param steps milliseconds after the unknown outcome, ascending, at least one
 * @param asked how often it was asked already
 */
export function nextEnquiry(steps: readonly number[], since: Instant, asked: number): Instant {
  const last = steps.at(-1) ?? 0;
  const offset = asked < steps.length ? steps[asked]! : last * (asked - steps.length + 2);
  return plusMillis(since, offset);
}
