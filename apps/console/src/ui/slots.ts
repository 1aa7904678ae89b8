/**
 * Which element of the document shows which row: rows that stay in view keep theirs, those that come take over from those that went, so that
 * a jump writes into the elements there are instead of making them anew.
 *
 * @param before what was shown where
 */
export function slotsFor(
  before: ReadonlyMap<number, number>,
  first: number,
  last: number,
): ReadonlyMap<number, number> {
  const slots = new Map<number, number>();
  const free = new Set<number>();
  for (const [index, slot] of before) {
    if (index >= first && index <= last) slots.set(index, slot);
    else free.add(slot);
  }
  let next = Math.max(-1, ...before.values()) + 1;
  for (let index = first; index <= last; index += 1) {
    if (slots.has(index)) continue;
    const [slot = next] = free;
    if (!free.delete(slot)) next += 1;
    slots.set(index, slot);
  }
  return slots;
}
