/** Rest before each further try. @see the defaults of Svix, whose schedule receivers know */
export const RESTS_MS = [5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600].map((seconds) => seconds * 1000);
/** Each rest is up to this share longer, so that lanes which failed together do not come again together. */
const JITTER = 0.1;
/** Longest wait that a receiver may ask for by Retry-After. */
const LONGEST_ASKED_MS = 24 * 3600 * 1000;
/** Where it asks to be left alone and does not say for how long. */
const THROTTLED_MS = 30_000;
/** So many failures in a row hold the whole endpoint. */
const HOLDS_FROM = 5;
const LONGEST_HOLD_MS = 10 * 60 * 1000;
/** An endpoint to which nothing got through for so long is disabled. */
export const GIVEN_UP_MS = 5 * 24 * 3600 * 1000;

/**
 * How long a delivery rests after a failed try.
 *
 * @param tries  tries so far, at least 1
 * @param chance 0 to 1
 * @returns milliseconds; null when the tries are used up
 */
export function restAfter(tries: number, chance: number): number | null {
  const rest = RESTS_MS[tries - 1];
  return rest === undefined ? null : Math.round(rest * (1 + JITTER * chance));
}

/**
 * How long nothing at all is sent to an endpoint after a failure.
 *
 * @param failures   in a row, this one included
 * @param status     HTTP status, null without an answer
 * @param retryAfter milliseconds that the answer asks for, null when it does not
 * @returns milliseconds, 0 when other lanes may go on
 */
export function holdAfter(failures: number, status: number | null, retryAfter: number | null): number {
  const throttled = status === 429 || status === 502 || status === 504;
  const asked = retryAfter ?? (throttled ? THROTTLED_MS : 0);
  const broken = failures < HOLDS_FROM ? 0 : Math.min(5000 * 2 ** (failures - HOLDS_FROM), LONGEST_HOLD_MS);
  return Math.max(Math.min(asked, LONGEST_ASKED_MS), broken);
}

/** `Retry-After` in milliseconds: seconds or an HTTP date. @see RFC 9110, 10.2.3 */
export function retryAfterOf(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}
