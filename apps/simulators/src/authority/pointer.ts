/** One level of a WCO pointer: a document section, its 1-based place where it repeats, and on the last level maybe a tag. */
export interface Level {
  section: string;
  index: number | null;
  tag: string | null;
}

/** Reads `42A/67A/68A[2]/23A/21A[1].145`. */
export const levelsOf = (pointer: string): Level[] =>
  pointer.split('/').map((part) => {
    const match = /^([0-9A-Z]{2,3})(?:\[(\d+)\])?(?:\.([0-9A-Z]{3,4}))?$/.exec(part);
    if (!match) throw new RangeError(`no pointer: ${pointer}`);
    return { section: match[1]!, index: match[2] === undefined ? null : Number(match[2]), tag: match[3] ?? null };
  });

/** @returns `42A/67A/68A[2]/23A/21A[1].145` */
export const pointerOf = (levels: readonly Level[]): string =>
  levels
    .map(({ section, index, tag }) => `${section}${index === null ? '' : `[${index}]`}${tag === null ? '' : `.${tag}`}`)
    .join('/');
