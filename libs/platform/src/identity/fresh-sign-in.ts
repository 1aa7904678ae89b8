import { SIGN_IN_TOO_OLD, type RouteDefinition } from '@tidewaiter/contracts';
import { Forbidden } from '@tidewaiter/kernel';

/** How long a sign-in counts as fresh, in seconds. */
export const FRESH_SECONDS = 300;

/**
 * What commits money asks for a person who has just proved who they are: not for whoever sits down at a browser that is still signed in.
 * Programs are not asked: their bearer tokens are short-lived and no page is left open with them.
 *
 * @param signedIn epoch seconds when the person of a browser's session last signed in; undefined for a bearer token
 * @param now epoch seconds
 * @throws Forbidden `identity.sign-in.too-old`
 * @see RFC 9470 (step-up authentication)
 */
export function checkFreshSignIn(
  { freshSignIn }: Pick<RouteDefinition, 'freshSignIn'>,
  body: unknown,
  signedIn: number | undefined,
  now: number,
): void {
  if (freshSignIn === undefined || signedIn === undefined || now - signedIn <= FRESH_SECONDS) return;
  if (freshSignIn === 'when-approving' && (body as { approve?: unknown } | undefined)?.approve !== true) return;
  throw new Forbidden(
    SIGN_IN_TOO_OLD,
    `Approvals ask for a sign-in younger than ${FRESH_SECONDS / 60} minutes; yours is ${Math.floor((now - signedIn) / 60)} minutes old. Nothing was approved.`,
    { advice: 'Sign in again, then approve again.' },
  );
}
