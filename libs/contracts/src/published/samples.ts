import { newestType, type EventDefinition } from '../define-event.js';
import { eventTypeOf } from '../names.js';
import { withoutPersonal } from '../partners/without-personal.js';
import { eventSchema, schemaAddress } from './json-schemas.js';

type Json = Record<string, unknown>;

/** One value for each pattern of the contracts, as the schemas print it. */
const BY_PATTERN: Record<string, string> = {
  '^[A-Z]{2}$': 'GB',
  '^-?(0|[1-9]\\d{0,17})(\\.\\d{1,12})?$': '282.66',
  '^[A-Z]{2}[A-Z2-9]{3}$': 'GBFXT',
  '^\\d{6,10}$': '8471300000',
  '^\\d{3}$': '100',
  '^[A-Z0-9]{4}$': 'Y923',
  '^[A-Z0-9_]{2,16}$': 'KGM',
  '^[A-Z0-9]{4,35}$': 'DAN1234567',
  '^sha256:[0-9a-f]{64}$': `sha256:${'51c0'.repeat(16)}`,
  '^[0-9a-f]{64}$': '51c0'.repeat(16),
};
const BY_FORMAT: Record<string, (name: string) => string> = {
  uuid: (name) => `0198c0de-0000-7000-8000-${fingerprint(name).padStart(12, '0')}`,
  date: () => '2026-12-01',
  'date-time': () => '2026-11-24T13:40:02.000000Z',
};
/** What a value of that name usually says, where its schema takes any text. */
const BY_NAME: Record<string, string> = {
  by: 'user:olivia',
  actor: 'user:olivia',
  because: 'Asked by the customer.',
  reason: 'Asked by the customer.',
  note: 'By telephone.',
  reference: 'S-4466',
  mrn: '26GB4MTL5XQ2P6AR50',
  messageId: 'DMS-7F3A91',
  url: 'https://erp.acme.example/hooks',
  type: 'customs.GoodsReleased',
  name: 'Northwind',
  customer: 'Acme',
  carrier: 'MAEU',
  place: 'Felixstowe',
  city: 'Felixstowe',
  postcode: 'IP11 3SY',
  description: 'Portable computers',
  currency: 'GBP',
  value: '12',
  unit: 'NAR',
  code: 'A00',
  set: 'tariff-gb',
  version: '2026.1',
  legalBasis: 'UK Integrated Tariff, 8471 30 00 00',
  arithmetic: '11306.40 GBP × 2.5 % = 282.66 GBP',
};
/** Sums of money beside a currency that stands for all of them. */
const SUMS = /^(amount|duty|excise|fees|tax|payable\w*|landedCost|total\w*|paid|balance)$/;
const WHEN = '2026-11-24T13:40:02.184512Z';

/** The same name has the same id wherever it stands: a sample reads as one story. FNV-1a, 32 bits. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(16);
}

/**
 * Data of one version of an event as it might be, made from its JSON Schema: every property is there, optional ones too.
 *
 * @throws RangeError for a pattern that has no value here
 */
export function sampleData(definition: EventDefinition, version: number): Json {
  const schema = eventSchema(definition, version);
  return sampleOf(schema, definition.name, schema) as Json;
}

/** A whole CloudEvent of that type as a partner gets it: the values of persons taken out. */
export function sampleEvent(definition: EventDefinition, version: number): Json {
  const { context, name } = definition;
  const data = sampleData(definition, version);
  const subject = BY_FORMAT['uuid']!('shipmentId' in data ? 'shipmentId' : 'subject');
  return {
    specversion: '1.0',
    id: BY_FORMAT['uuid']!(newestType(definition)),
    source: `/tidewaiter/${context}`,
    type: eventTypeOf(context, name, version),
    subject,
    time: WHEN,
    datacontenttype: 'application/json',
    dataschema: schemaAddress(definition, version),
    tenantid: 'acme',
    stream: `${context}-${subject}`,
    version: 7,
    actor: 'user:olivia',
    correlationid: subject,
    causationid: BY_FORMAT['uuid']!('cause'),
    commandid: BY_FORMAT['uuid']!('command'),
    data: withoutPersonal(definition, data),
  };
}

function sampleOf(schema: Json, name: string, root: Json): unknown {
  if (typeof schema['$ref'] === 'string') return sampleOf(resolved(schema['$ref'], root), name, root);
  if ('const' in schema) return schema['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  const alternatives = (schema['anyOf'] ?? schema['oneOf']) as Json[] | undefined;
  if (alternatives) return sampleOf(alternatives.find(({ type }) => type !== 'null') ?? {}, name, root);
  switch (schema['type']) {
    case 'object':
      return sampleObject(schema, root);
    case 'array':
      return Array.from({ length: Math.max(1, Number(schema['minItems'] ?? 1)) }, () =>
        sampleOf((schema['items'] ?? {}) as Json, name.replace(/s$/, ''), root),
      );
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema['minimum'] ?? 1));
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return sampleText(schema, name);
  }
}

function sampleObject(schema: Json, root: Json): Json {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Json>);
  const more = schema['additionalProperties'];
  if (properties.length === 0 && typeof more === 'object') {
    const key = sampleOf((schema['propertyNames'] ?? { type: 'string' }) as Json, 'line', root);
    return { [String(key)]: sampleOf(more as Json, 'value', root) };
  }
  return Object.fromEntries(properties.map(([name, each]) => [name, sampleOf(each, name, root)]));
}

function sampleText(schema: Json, name: string): string {
  const {
    format,
    pattern,
    minLength = 0,
    maxLength = Infinity,
  } = schema as {
    format?: string;
    pattern?: string;
    minLength?: number;
    maxLength?: number;
  };
  const formatted = format === undefined ? undefined : BY_FORMAT[format];
  if (formatted) return formatted(name);
  if (pattern !== undefined) {
    const found = BY_PATTERN[pattern] ?? Object.values(BY_NAME).find((value) => new RegExp(pattern).test(value));
    if (found === undefined) throw new RangeError(`no sample for the pattern ${pattern} of ${name}`);
    return found;
  }
  const text = /ISO 4217/.test(String(schema['description'])) ? 'GBP' : textNamed(name);
  return text.padEnd(minLength, '.').slice(0, maxLength);
}

const textNamed = (name: string): string =>
  BY_NAME[name] ?? (SUMS.test(name) ? '282.66' : name.endsWith('By') ? 'user:olivia' : wordsOf(name));

const wordsOf = (name: string): string => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function resolved(reference: string, root: Json): Json {
  const [, , name] = reference.split('/');
  const found = ((root['$defs'] ?? {}) as Record<string, Json>)[name ?? ''];
  if (!found) throw new RangeError(`${reference} is not in the schema`);
  return found;
}
