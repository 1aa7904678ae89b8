import { TARIFF_SOURCES } from '@tidewaiter/contracts';
import { Invalid, isLegalDate } from '@tidewaiter/kernel';
import type { ImportOrder } from '../application/tariffs.js';

/** One part of a multipart request. */
export type Part =
  | { type: 'field'; fieldname: string; value: unknown }
  | { type: 'file'; fieldname: string; file: AsyncIterable<Buffer> & { truncated?: boolean } };

const ADVICE = 'Send the fields first and then one part named file.';
const FIELDS = ['source', 'destination', 'name', 'scope', 'validFrom', 'validTo'];

const wrong = (field: string, reason: string): Invalid =>
  new Invalid('duties.tariff.field-invalid', `the field “${field}” does not fit: ${reason}`, {
    advice: ADVICE,
    places: [{ pointer: `body/${field}`, reason }],
  });

function orderOf(fields: ReadonlyMap<string, string>): ImportOrder {
  for (const name of fields.keys())
    if (!FIELDS.includes(name)) throw wrong(name.slice(0, 40), `one of ${FIELDS.join(', ')} expected`);
  const source = TARIFF_SOURCES.find((each) => each === fields.get('source'));
  const validFrom = fields.get('validFrom') ?? '';
  const validTo = fields.get('validTo') ?? null;
  const destination = fields.get('destination') ?? null;
  const name = fields.get('name')?.trim() || null;
  const scope = (['whole', 'part'] as const).find((each) => each === fields.get('scope')) ?? null;
  if (!source) throw wrong('source', `one of ${TARIFF_SOURCES.join(', ')} expected`);
  if (!isLegalDate(validFrom)) throw wrong('validFrom', 'a date such as 2026-01-31 expected');
  if (validTo !== null && (!isLegalDate(validTo) || validTo < validFrom))
    throw wrong('validTo', 'a date not before validFrom expected');
  if (destination !== null && !/^[A-Z]{2}$/.test(destination)) throw wrong('destination', 'a country code expected');
  if (name !== null && name.length > 200) throw wrong('name', 'at most 200 characters expected');
  if (fields.has('scope') && scope === null) throw wrong('scope', 'whole or part expected');
  return { source, destination, name, scope, validFrom, validTo };
}

const cut = (says: string, cause: unknown): Invalid =>
  new Invalid(
    'duties.tariff.cut',
    says,
    { advice: 'Send it again; nothing of it was loaded.', places: [{ pointer: 'body/file', reason: says }] },
    { cause },
  );

/** An import holds a transaction: who sends nothing for so long gives it back. */
const STALLED_AFTER_MS = 30_000;

/** The bytes of a part; one that ends before it is all there, or stops coming, is a file that was cut, not a fault of ours. */
async function* whole(file: AsyncIterable<Buffer>, stalledAfterMs: number): AsyncGenerator<Buffer> {
  const chunks = file[Symbol.asyncIterator]();
  for (;;) {
    const next = await within(stalledAfterMs, chunks.next());
    if (next.done) return;
    yield next.value;
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing for ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, stalled]);
  } catch (cause) {
    throw cut('the upload ended before its file did', cause);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The order and the file of an upload; the file is still on its way.
 *
 * @param parts null when the request is no multipart/form-data
 * @throws Invalid `duties.tariff.not-multipart`, `duties.tariff.field-invalid`, `duties.tariff.file-missing`
 */
export async function importOf(
  parts: AsyncIterable<Part> | null,
  stalledAfterMs = STALLED_AFTER_MS,
): Promise<{ order: ImportOrder; file: AsyncIterable<Buffer> }> {
  if (!parts)
    throw new Invalid('duties.tariff.not-multipart', 'a tariff comes as multipart/form-data', { advice: ADVICE });
  const fields = new Map<string, string>();
  const iterator = parts[Symbol.asyncIterator]();
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    const part = next.value;
    if (part.type === 'field') {
      if (typeof part.value === 'string') fields.set(part.fieldname, part.value);
    } else if (part.fieldname === 'file') return { order: orderOf(fields), file: whole(part.file, stalledAfterMs) };
    else throw wrong(part.fieldname.slice(0, 40), 'one part named file expected');
  }
  throw new Invalid('duties.tariff.file-missing', 'the request has no file', { advice: ADVICE });
}
