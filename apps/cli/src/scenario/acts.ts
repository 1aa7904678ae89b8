import { ProblemError, type TidewaiterClient } from '@tidewaiter/client';
import { allRoutes, type RouteDefinition } from '@tidewaiter/contracts';
import { now, plusDays } from '@tidewaiter/kernel';
import { CommandFailed, EXIT } from '../output.js';
import type { Scenario } from './schema.js';

type Act = Scenario['acts'][number];

/** What acts may speak of: the shipment, its declaration, today, and the answers that earlier acts kept. */
export type Known = Record<string, unknown>;

export type Done =
  { kind: 'done'; says: string } | { kind: 'not-yet'; says: string } | { kind: 'failed'; says: string };

/** Reads `items[0].clocks[clockId=us-psc].state` in a value; undefined where there is no such place. */
export function at(value: unknown, path: string): unknown {
  const steps = path.match(/[^.[\]]+|\[[^\]]+\]/g) ?? [];
  return steps.reduce<unknown>((inside, step) => {
    if (inside === null || typeof inside !== 'object') return undefined;
    if (!step.startsWith('[')) return (inside as Record<string, unknown>)[step];
    const [, key, wanted] = /^\[([^=\]]+)(?:=([^\]]*))?\]$/.exec(step) ?? [];
    if (wanted === undefined) return (inside as unknown[])[Number(key)];
    return (inside as unknown[]).find((each) => String(at(each, key!)).startsWith(wanted));
  }, value);
}

/** `$case.version`, `$today`, `$today+30`, `$now` are replaced by what they name, `${case.caseId}` also inside a text; the rest stays. @throws CommandFailed */
export function filled(value: unknown, known: Known): unknown {
  if (Array.isArray(value)) return value.map((each) => filled(each, known));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, known)]));
  return typeof value === 'string' ? named(written(value, known), known) : value;
}

/** `${case.caseId}` inside a text. */
const written = (text: string, known: Known): string =>
  text.replace(/\$\{([^}]+)\}/g, (_, path: string) => String(at(known, path)));

function named(text: string, known: Known): unknown {
  const day = /^\$today(?:([+-]\d+))?$/.exec(text);
  if (day) return plusDays(String(known['today']), Number(day[1] ?? 0));
  if (text === '$now') return now();
  if (!text.startsWith('$')) return text;
  const found = at(known, text.slice(1));
  if (found === undefined)
    throw new CommandFailed(`The scenario speaks of ${text}, which nothing has said.`, EXIT.usage);
  return found;
}

export function routeNamed(id: string): RouteDefinition {
  const route = allRoutes().find((each) => each.id === id);
  if (!route) throw new CommandFailed(`The API has no route ${id}.`, EXIT.usage);
  return route;
}

/** The first expectation about an answer that does not hold, in words; null when all do. */
export function differing(answer: unknown, expected: Record<string, unknown>, known: Known): string | null {
  for (const [path, value] of Object.entries(expected)) {
    const [is, wanted] = [at(answer, written(path, known)), filled(value, known)];
    if (JSON.stringify(is ?? null) !== JSON.stringify(wanted))
      return `${path} is ${JSON.stringify(is ?? null)}, not ${JSON.stringify(wanted)}`;
  }
  return null;
}

/** A refusal that was to come, and says what it must say. */
function refused({ grounds }: Act, { problem }: ProblemError, what: string): Done {
  const said = `${problem.detail} ${problem.advice ?? ''}`;
  const unsaid = grounds.find((ground) => !said.includes(ground));
  return unsaid === undefined
    ? { kind: 'done', says: `refused as it should be: ${problem.detail}` }
    : { kind: 'failed', says: `${what} was refused without saying “${unsaid}”: ${said}` };
}

/**
 * What a person does over the public API. A look (GET) whose expectation does not hold yet is looked at again; a deed that
 * was to be refused and was taken, or the other way round, has failed.
 */
export async function perform(act: Act, client: TidewaiterClient, known: Known, idempotencyKey: string): Promise<Done> {
  const route = routeNamed(act.call);
  const looks = route.method === 'GET';
  const what = `${act.by} ${act.call}`;
  try {
    const input = {
      params: filled(act.params, known),
      query: filled(act.query, known),
      ...(act.body === undefined ? {} : { body: filled(act.body, known) }),
    };
    const match = act.match === undefined ? {} : { ifMatch: Number(filled(act.match, known)) };
    const answer: unknown = await client.call(route, input, looks ? {} : { idempotencyKey, ...match });
    if (act.refused !== undefined)
      return { kind: 'failed', says: `${what} was to be refused with ${act.refused}, but was taken` };
    const wrong = differing(answer, act.expect, known);
    if (wrong !== null) return { kind: looks ? 'not-yet' : 'failed', says: `${what}: ${wrong}` };
    if (act.as !== undefined) known[act.as] = answer;
    return { kind: 'done', says: act.says ?? `${act.call} done` };
  } catch (error) {
    if (error instanceof CommandFailed) return { kind: 'failed', says: `${what}: ${error.message}` };
    // The system may be coming up again: whoever calls this tries such a thing once more.
    if (!(error instanceof ProblemError) || error.status >= 500) throw error;
    if (act.refused === error.code) return refused(act, error, what);
    if (looks && error.status === 404) return { kind: 'not-yet', says: `${what}: ${error.message}` };
    return { kind: 'failed', says: `${what}: ${error.message}` };
  }
}
