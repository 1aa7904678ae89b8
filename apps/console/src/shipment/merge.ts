/** Fields by name, as text: what a form holds. */
export type Fields = Readonly<Record<string, string>>;

export interface Conflict {
  field: string;
  base: string;
  yours: string;
  theirs: string;
}
export interface Merged {
  /** what to send: fields that you changed and nobody else */
  changes: Record<string, string>;
  /** both changed it, to different values: a person chooses */
  conflicts: Conflict[];
  /** fields that somebody else changed and you did not: taken over */
  taken: string[];
}

/** Three versions of one form, field by field: nothing that was typed is lost, nothing of the other person's is overwritten unseen. */
export function threeWay(base: Fields, yours: Fields, theirs: Fields): Merged {
  const merged: Merged = { changes: {}, conflicts: [], taken: [] };
  for (const field of new Set([...Object.keys(base), ...Object.keys(yours), ...Object.keys(theirs)])) {
    const [b, y, t] = [base[field] ?? '', yours[field] ?? '', theirs[field] ?? ''];
    if (y !== b && t !== b && y !== t) merged.conflicts.push({ field, base: b, yours: y, theirs: t });
    else if (y !== b && y !== t) merged.changes[field] = y;
    else if (t !== b && y === b) merged.taken.push(field);
  }
  return merged;
}
