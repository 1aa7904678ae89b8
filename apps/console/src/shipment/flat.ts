/** One value of a state, under its path: `lines[0].commodity`. */
export interface Leaf {
  path: string;
  value: string;
}

export const pathText = (path: readonly (string | number)[]): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');

export const valueText = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

/** A state as rows that a person can read: every value under its path, in the order in which the state has them. */
export function flat(state: unknown, path: readonly (string | number)[] = []): Leaf[] {
  if (Array.isArray(state))
    return state.length === 0
      ? [{ path: pathText(path), value: 'none' }]
      : state.flatMap((each, i) => flat(each, [...path, i]));
  if (state !== null && typeof state === 'object')
    return Object.entries(state).flatMap(([key, each]) => flat(each, [...path, key]));
  return [{ path: pathText(path), value: valueText(state) }];
}
