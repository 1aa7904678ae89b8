import { createClient, type TidewaiterClient } from '@tidewaiter/client';

const listeners = new Set<() => void>();

/** Told when the server no longer knows who we are: what is typed stays, and a dialog offers to sign in again. */
export function onSignedOut(heard: () => void): () => void {
  listeners.add(heard);
  return () => void listeners.delete(heard);
}

const askers = new Set<() => void>();
let unheard = false;

/**
 * Told when an approval asked for a fresher sign-in: nothing was approved, and a dialog offers to sign in again. Who listens later than
 * somebody pressed is told at once.
 */
export function onSignInTooOld(heard: () => void): () => void {
  askers.add(heard);
  if (unheard) heard();
  unheard = false;
  return () => void askers.delete(heard);
}
export function askForFreshSignIn(): void {
  unheard = askers.size === 0;
  for (const heard of askers) heard();
}

const watched: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status === 401) for (const heard of listeners) heard();
  return response;
};

/** The public API, asked under the session's cookie: the page itself holds no token. */
export const api: TidewaiterClient = createClient({ baseUrl: '', fetch: watched });
