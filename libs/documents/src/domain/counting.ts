import type { Facts, Paper } from './facts.js';
import { partyKey } from './parties.js';
import { permitKey } from './permits.js';

/** What makes two papers the same paper again; packing lists have no number, but number their packages. */
function sameness({ facts }: Paper): string[] {
  switch (facts.kind) {
    case 'invoice':
      return [`invoice ${partyKey(facts.values.seller.name)} ${facts.values.number}`];
    case 'transport':
      return [`transport ${facts.values.number}`];
    case 'permit':
      return [`permit ${permitKey(facts.values)}`];
    case 'packing-list':
      return facts.values.packages.map((row) => `package ${row.marks ?? ''} ${row.from} ${row.to}`);
    case 'paper':
      return [];
  }
}

/**
 * Papers that count. One that came in again in other bytes, without saying which it replaces, would be counted twice: the newer
 * one stands for both.
 *
 * @param papers in the order they came in
 */
export function counting(papers: readonly Paper<Facts>[]): Paper<Facts>[] {
  const later = new Set<string>();
  const kept: Paper<Facts>[] = [];
  for (const paper of [...papers].reverse()) {
    const keys = sameness(paper);
    if (keys.some((key) => later.has(key))) continue;
    keys.forEach((key) => later.add(key));
    kept.unshift(paper);
  }
  return kept;
}
