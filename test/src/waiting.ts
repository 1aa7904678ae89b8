import { setTimeout as pause } from 'node:timers/promises';

/** Looks until what it looks for is there. @throws with the last look when the time is up */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let trouble = '';
  do {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      trouble = ` (${String(error)})`;
    }
    await pause(200);
  } while (Date.now() < deadline);
  throw new Error(`${what} did not come within ${withinMs / 1000} s${trouble}`);
}
