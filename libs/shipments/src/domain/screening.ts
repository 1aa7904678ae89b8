import type { Screening } from './shipment.js';
import type { ComparableName, NameRules } from './names.js';
import { comparable, nameSimilarity } from './names.js';

/** One row of a screening list. */
export interface ListEntry {
  id: string;
  name: string;
  kind: string;
  programme: string;
  aliases: readonly string[];
}

interface Candidate {
  entry: string;
  name: ComparableName;
}

/** A list made ready for comparing: every name and alias under each of its keys. */
export interface ScreeningList {
  ref: Screening['list'];
  byKey: ReadonlyMap<string, readonly Candidate[]>;
}

/** A name to be compared, with the part it plays in the shipment. */
export interface ScreenedName {
  role: string;
  name: string;
}

/** A person in compliance looked at a hit and found it to be another. */
export interface ClearedHit {
  role: string;
  entry: string;
  by: string;
  reason: string;
}

/** @param digest over the bytes of the list as it was loaded, so that an event can name exactly what was compared with */
export function prepareList(
  name: string,
  digest: string,
  entries: readonly ListEntry[],
  rules: NameRules,
): ScreeningList {
  const byKey = new Map<string, Candidate[]>();
  for (const entry of entries) {
    for (const text of [entry.name, ...entry.aliases]) {
      const candidate = { entry: entry.id, name: comparable(text, rules) };
      for (const key of candidate.name.keys) {
        const list = byKey.get(key);
        if (list) list.push(candidate);
        else byKey.set(key, [candidate]);
      }
    }
  }
  return { ref: { name, digest, entries: entries.length }, byKey };
}

/** Entries whose name or alias is close enough, the closest first. */
export function matches(list: ScreeningList, name: string, rules: NameRules): { entry: string; score: number }[] {
  const asked = comparable(name, rules);
  const seen = new Set<Candidate>();
  const best = new Map<string, number>();
  for (const key of asked.keys) {
    for (const candidate of list.byKey.get(key) ?? []) {
      if (seen.has(candidate)) continue;
      seen.add(candidate);
      const score = nameSimilarity(asked, candidate.name, rules);
      if (score >= rules.hitAt && score > (best.get(candidate.entry) ?? 0)) best.set(candidate.entry, score);
    }
  }
  return [...best]
    .map(([entry, score]) => ({ entry, score }))
    .sort((a, b) => b.score - a.score || (a.entry < b.entry ? -1 : 1));
}

/**
 * Compares names with a list.
 *
 * @param cleared hits that a person in compliance found to be another; they are named in the result, not hit again
 * @returns list version, hits with a score of three decimals (roles in the order given), and what was cleared
 */
export function screen(
  list: ScreeningList,
  names: readonly ScreenedName[],
  rules: NameRules,
  cleared: readonly ClearedHit[] = [],
): Screening {
  const found = names.flatMap(({ role, name }) =>
    matches(list, name, rules).map(({ entry, score }) => ({ role, entry, score: score.toFixed(3) })),
  );
  const passed = (hit: { role: string; entry: string }) =>
    cleared.find((each) => each.role === hit.role && each.entry === hit.entry);
  const used = found.flatMap((hit) => passed(hit) ?? []);
  return {
    list: list.ref,
    hits: found.filter((hit) => !passed(hit)),
    ...(used.length > 0 ? { cleared: used } : {}),
  };
}
