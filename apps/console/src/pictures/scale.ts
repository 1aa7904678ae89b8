/** How long an amount is drawn. For pixels only: what is read stands beside it, digit for digit as the API said it. */
export const lengthOf = (amount: string): number => Number.parseFloat(amount);

/** A span of values on a span of pixels. */
export const linear =
  ([from, to]: readonly [number, number], [start, end]: readonly [number, number]) =>
  (value: number): number =>
    to === from ? start : start + ((value - from) / (to - from)) * (end - start);

/** Three decimals are finer than a screen, and the same picture is the same text everywhere. */
export const px = (value: number): number => Math.round(value * 1000) / 1000;
