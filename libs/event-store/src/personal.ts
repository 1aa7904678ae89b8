/** Rewrites the strings that JSON pointers name (`*` stands for any index or key); everything else is shared, not copied. */
export function rewritePersonal(
  data: unknown,
  pointers: readonly string[],
  rewrite: (text: string, pointer: string) => string,
): unknown {
  return pointers.reduce((current, pointer) => at(current, pointer.split('/').slice(1), '', rewrite), data);
}

function at(
  value: unknown,
  path: readonly string[],
  sofar: string,
  rewrite: (text: string, pointer: string) => string,
): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return typeof value === 'string' ? rewrite(value, sofar) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((each: unknown, index) =>
      step === '*' || step === String(index) ? at(each, rest, `${sofar}/${index}`, rewrite) : each,
    );
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, each]): [string, unknown] => [
      name,
      step === '*' || step === name ? at(each, rest, `${sofar}/${name}`, rewrite) : each,
    ]),
  );
}
