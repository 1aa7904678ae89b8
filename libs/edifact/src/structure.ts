import type { Fault, Segment } from './interchange.js';

interface Node {
  tag: string;
  most: number;
  least: number;
  /** what follows the first segment of a group; null for a plain segment */
  inside: Node[] | null;
}

/** The order in which a message's segments may stand. */
export type Structure = readonly Node[];

/**
 * Reads a structure from text: `UNH BGM LOC* (RFF DTM*)* UNT`. A name alone stands once, `?` at most once, `*` any number of times,
 * `*9` at most nine times; brackets hold a group, which its first segment opens.
 */
export function structure(text: string): Structure {
  const tokens = text.match(/\(|\)(?:\?|\*\d*)?|[A-Z]{3}(?:\?|\*\d*)?/g) ?? [];
  let place = 0;
  const bounds = (mark: string): { least: number; most: number } =>
    mark === ''
      ? { least: 1, most: 1 }
      : mark === '?'
        ? { least: 0, most: 1 }
        : { least: 0, most: mark.length > 1 ? Number(mark.slice(1)) : 99_999 };
  const list = (): Node[] => {
    const nodes: Node[] = [];
    for (; place < tokens.length && !tokens[place]!.startsWith(')'); place += 1) {
      if (tokens[place] === '(') {
        place += 1;
        const [first, ...inside] = list();
        nodes.push({ tag: first!.tag, ...bounds(tokens[place]!.slice(1)), inside });
      } else {
        const [, tag = '', mark = ''] = /^([A-Z]{3})(.*)$/.exec(tokens[place]!) ?? [];
        nodes.push({ tag, ...bounds(mark), inside: null });
      }
    }
    return nodes;
  };
  return list();
}

/**
 * Compares a message's segments with the order they must stand in.
 * @returns for each segment out of its place a fault: 13 missing before it, 15 not expected here, 35 or 36 too many
 */
export function outOfOrder(segments: readonly Segment[], order: Structure): Fault[] {
  const faults: Fault[] = [];
  let next = 0;
  const fault = (code: string, segment: Segment | undefined, says: string): void => {
    faults.push({
      code,
      message: null,
      segment: segment?.position ?? null,
      tag: segment?.tag ?? null,
      element: null,
      component: null,
      offset: segment?.offset ?? 0,
      says,
    });
  };
  const walk = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      let count = 0;
      while (segments[next]?.tag === node.tag && count < node.most) {
        next += 1;
        count += 1;
        if (node.inside) walk(node.inside);
      }
      if (count < node.least) fault('13', segments[next], `${node.tag} is missing here`);
      else if (count === node.most && node.most > 1 && segments[next]?.tag === node.tag)
        fault(node.inside ? '36' : '35', segments[next], `${node.tag} stands more than ${node.most} times`);
    }
  };
  walk(order);
  if (next < segments.length) fault('15', segments[next], `${segments[next]!.tag} is not expected here`);
  return faults;
}
