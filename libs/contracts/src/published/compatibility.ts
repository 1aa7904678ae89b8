type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Whether data written under the released schema is still read under the current one, and readers of the released one
 * still find what they were promised: no property lost or newly required, no type, format or enumeration narrowed.
 *
 * @returns the places that break, as JSON pointers with the reason; empty when the schema only grew
 */
export function incompatibilities(released: Json, current: Json, at = ''): string[] {
  const broken: string[] = [];
  const was = isObject(released['properties']) ? released['properties'] : {};
  const is = isObject(current['properties']) ? current['properties'] : {};
  for (const [name, schema] of Object.entries(was)) {
    const now = is[name];
    if (!isObject(now)) broken.push(`${at}/${name} was removed`);
    else if (isObject(schema)) broken.push(...incompatibilities(schema, now, `${at}/${name}`));
  }
  const before = new Set((released['required'] as string[] | undefined) ?? []);
  const after = new Set((current['required'] as string[] | undefined) ?? []);
  for (const name of after) if (!before.has(name)) broken.push(`${at}/${name} became required`);
  for (const name of before) if (!after.has(name)) broken.push(`${at}/${name} is no longer promised`);
  for (const keyword of ['type', 'const', 'format', 'pattern', '$ref'] as const) {
    if (JSON.stringify(released[keyword]) !== JSON.stringify(current[keyword])) {
      broken.push(
        `${at || '/'} changed its ${keyword}: ${JSON.stringify(released[keyword])} to ${JSON.stringify(current[keyword])}`,
      );
    }
  }
  if (Array.isArray(released['enum'])) {
    const left = new Set((current['enum'] as unknown[] | undefined) ?? []);
    for (const value of released['enum'])
      if (!left.has(value)) broken.push(`${at || '/'} lost the value ${JSON.stringify(value)}`);
  }
  for (const keyword of ['maxLength', 'maximum', 'maxItems'] as const) {
    const limit = current[keyword];
    const old = released[keyword];
    if (typeof limit === 'number' && (typeof old !== 'number' || limit < old))
      broken.push(`${at || '/'} lowered ${keyword}`);
  }
  for (const keyword of ['minLength', 'minimum', 'minItems', 'exclusiveMinimum'] as const) {
    const limit = current[keyword];
    const old = released[keyword];
    if (typeof limit === 'number' && (typeof old !== 'number' || limit > old))
      broken.push(`${at || '/'} raised ${keyword}`);
  }
  if (isObject(released['items']) && isObject(current['items']))
    broken.push(...incompatibilities(released['items'], current['items'], `${at}/*`));
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const old = released[keyword];
    const now = current[keyword];
    if (!Array.isArray(old)) continue;
    if (!Array.isArray(now) || now.length < old.length) broken.push(`${at || '/'} lost an alternative of ${keyword}`);
    else
      old.forEach((each, index) =>
        broken.push(...incompatibilities(each as Json, now[index] as Json, `${at}/${keyword}/${index}`)),
      );
  }
  return broken;
}
