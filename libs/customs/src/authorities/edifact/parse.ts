import type { FieldProblem, Money } from '@tidewaiter/contracts';
import { exact, minorUnits, type Instant } from '@tidewaiter/kernel';
import {
  at,
  outOfOrder,
  readDecimal,
  readInterchange,
  type Fault,
  type Interchange,
  type Message,
  type Segment,
} from '@tidewaiter/edifact';
import type { Fact, StatedTax } from '../../domain/facts.js';
import { CUSTOMS } from '../../domain/facts.js';
import type { Interpretation, Note, RawMessage } from '../authority.js';
import { resolvePointer } from '../cds/pointers.js';
import { numberNotes } from '../notes.js';
import { fromLocal } from '../local-time.js';
import { partOf, payeeOf, type Indicator, type Profile } from '../profile.js';
import { CUSRES, DATES, REFERENCES, SYNTAX_WORDS } from './codes.js';

const LIMITS = { bytes: 5_000_000, segments: 50_000 };

/** Faults of the envelope: parts of the message may be missing, so nothing of it is believed. */
const BROKEN = new Set(['13', '26', '28', '29', '33']);

const all = ({ segments }: Message, tag: string): Segment[] => segments.filter((each) => each.tag === tag);
/** In which zone times are read that name none. */
const zoneOf = (profile: Profile): string => partOf(profile, 'edifact').timesIn ?? profile.zone;

const reference = (message: Message, qualifier: string): string | null =>
  all(message, 'RFF').find((each) => at(each, 0) === qualifier)?.elements[0]?.[1] || null;

/** Date and time by their qualifier, in the authority's own zone where none is told. */
function dateOf(message: Message, qualifier: string, zone: string): Instant | null {
  const found = all(message, 'DTM').find((each) => at(each, 0) === qualifier);
  const [text, format] = [at(found, 0, 1), at(found, 0, 2)];
  if (format === '303') return fromLocal(text.slice(0, 12), /(?:UTC|GMT|ZZZ)$/.test(text) ? 'UTC' : zone);
  return ['102', '203', '204', ''].includes(format) ? fromLocal(text, zone) : null;
}

const kept = (says: string, handledOutside = false): Fact => ({ kind: 'kept', says, handledOutside });

const noteOf = (fault: Fault): Note => ({
  code: `edifact.${fault.code}`,
  severity: 'warning',
  pointer: [fault.message, fault.segment, fault.element, fault.component].filter((each) => each !== null).join('/'),
  field: null,
  says: fault.says,
});

/** Places of errors are told by section and line; what a code means is the authority's own: its text is shown, no table translates it. */
function problemsOf(message: Message): FieldProblem[] {
  const problems: FieldProblem[] = [];
  let place: Segment | null = null;
  let open: FieldProblem | null = null;
  for (const segment of message.segments) {
    switch (segment.tag) {
      case 'ERP':
        place = segment;
        open = null;
        break;
      case 'ERC': {
        const [section, item] = [at(place ?? undefined, 0), at(place ?? undefined, 0, 1)];
        const line = section === '2' && /^[1-9]\d{0,3}$/.test(item) ? Number(item) : null;
        open = {
          code: at(segment, 0),
          pointer: [section, item].filter(Boolean).join(':'),
          field: line === null ? null : `lines[${line - 1}]`,
          says: '',
        };
        problems.push(open);
        break;
      }
      case 'FTX':
        if (open) open.says = [open.says, ...(segment.elements[3] ?? [])].filter(Boolean).join(' ').slice(0, 500);
        break;
      case 'RFF':
        break;
      default:
        open = null;
    }
  }
  return problems.map(({ says, ...each }) => ({
    ...each,
    // Some authorities repeat the data model's own pointer in their words: it is finer than a line.
    field: fieldIn(says) ?? each.field,
    says: says || 'The authority gave the code alone.',
  }));
}

const fieldIn = (says: string): string | null => {
  const [pointer] = /\b42A(?:\/[0-9A-Z]{3}(?:\[\d{1,5}\])?)*(?:\.[0-9A-Z]{3,4})?/.exec(says) ?? [];
  return pointer === undefined ? null : resolvePointer(pointer).field;
};

/** What is stated of taxes. `1` is a tax of a line, `3` a sum by kind, `4` the grand total; sums are told once, not twice. */
function dutyOf(message: Message, { una }: Interchange, isReleased: boolean, profile: Profile): Fact | null {
  const stated: (StatedTax & { level: string })[] = [];
  let line = 0;
  let tax: Segment | null = null;
  for (const segment of message.segments) {
    if (segment.tag === 'CST') line = Number(at(segment, 0)) || 0;
    if (segment.tag === 'CNT' || segment.tag === 'ERP') tax = null;
    if (segment.tag === 'TAX') tax = segment;
    if (segment.tag !== 'MOA' || !tax) continue;
    const qualifier = at(segment, 0);
    if (!['55', '161', '9', '176'].includes(qualifier)) continue;
    const value = readDecimal(at(segment, 0, 1), una);
    const currency = at(segment, 0, 2) || profile.currency;
    if (value === null) return kept('A statement of debt whose amounts cannot be read.');
    const decimals = Math.max(exact(value).decimalPlaces(), minorUnits(currency));
    stated.push({
      level: at(tax, 0),
      line: at(tax, 0) === '1' ? line : 0,
      type: at(tax, 1),
      base: readDecimal(at(tax, 3), una) ?? '',
      amount: { amount: exact(value).toFixed(decimals), currency },
    });
    tax = null;
  }
  if (stated.length === 0) return null;
  const grand = stated.find((each) => each.level === '4');
  const lines = stated.filter((each) => each.level === '1');
  const taxes = (lines.length > 0 ? lines : stated.filter((each) => each.level === '3')).map(
    ({ level: _, ...each }): StatedTax => each,
  );
  const currency = (taxes[0] ?? grand)?.amount.currency ?? profile.currency;
  if (taxes.some((each) => each.amount.currency !== currency))
    return kept('A statement of debt in several currencies.');
  const sum = taxes.reduce((total, each) => total.plus(each.amount.amount), exact('0'));
  const total: Money = grand?.amount ?? {
    amount: sum.toFixed(Math.max(sum.decimalPlaces(), minorUnits(currency))),
    currency,
  };
  const paymentReference = reference(message, 'PQ') ?? reference(message, 'AEK');
  // What is asked for under a reference, or let the goods go, was assessed.
  const stage = isReleased || paymentReference !== null ? 'final' : 'indicative';
  const payee = paymentReference === null ? null : payeeOf(profile);
  return { kind: 'duty', stage, taxes, total, paymentReference, payee };
}

/**
 * What an indicator says, or in words why nothing can be made of it. The list named in C529 picks the table; none named and no default
 * of the profile: nobody guesses.
 */
function indicatorOf(segment: Segment, profile: Profile): string {
  const { indicators, defaultIndicators } = partOf(profile, 'edifact');
  const [code, list, agency] = [at(segment, 0), at(segment, 0, 1), at(segment, 0, 2)];
  const named = list || agency ? `${list}:${agency}` : defaultIndicators;
  if (named === null) return `Indicator ${code} of no named list: it has several meanings.`;
  const table = indicators[named] ?? (agency === '6' ? indicators[':6'] : undefined);
  return table?.[code] ?? `Indicator ${code} of list ${named}: no table here knows what it says.`;
}

/** What has to be deposited, and on which account. */
function shortOf(message: Message, { una }: Interchange, profile: Profile): Fact {
  const missing = all(message, 'MOA').find((each) => at(each, 0) === '22');
  const value = missing ? readDecimal(at(missing, 0, 1), una) : null;
  const amount = value === null ? null : { amount: value, currency: at(missing, 0, 2) || profile.currency };
  return { kind: 'funds-short', amount, account: reference(message, REFERENCES.deferment), reminder: false };
}

/** Each fact at the date that belongs to it, where the message has one. */
function factsOf(message: Message, interchange: Interchange, profile: Profile): Fact[] {
  const errors = problemsOf(message);
  const facts: Fact[] = [];
  const dated = (qualifier: string, fact: Fact): Fact => {
    const own = dateOf(message, qualifier, zoneOf(profile));
    return own ? { ...fact, at: own } : fact;
  };
  const said = all(message, 'GIS').map((each) => ({ word: indicatorOf(each, profile), agency: at(each, 0, 3) }));
  const isReleased = said.some(({ word }) => word === 'released');
  const duty = dutyOf(message, interchange, isReleased, profile);
  const words = all(message, 'FTX')
    .flatMap((each) => each.elements[3] ?? [])
    .join(' ')
    .slice(0, 500);
  const { sameReference } = partOf(profile, 'edifact');
  const rejected: Fact = {
    kind: 'rejected',
    errors,
    sameReference: errors.some(({ code }) => sameReference.includes(code)),
  };
  for (const { word, agency } of said) {
    const whole = { agency: agency || CUSTOMS, bill: null, lines: [], says: words };
    switch (word as Indicator) {
      case 'accepted':
        facts.push(dated(DATES.acceptance, { kind: 'accepted', warnings: errors }));
        break;
      case 'rejected':
        facts.push(rejected);
        break;
      case 'released':
        facts.push(dated(DATES.release, { kind: 'released', release: duty?.kind === 'duty' ? 'full' : 'conditional' }));
        break;
      case 'exam':
        facts.push({ kind: 'control', route: 'physical' });
        break;
      case 'documents':
        facts.push({ kind: 'documents-wanted', due: null, says: words || 'The authority wants to see the papers.' });
        break;
      case 'detained':
        facts.push({ kind: 'hold', decision: 'detained', ...whole });
        break;
      case 'waits-for-arrival':
      case 'received':
        facts.push({ kind: 'registered' });
        break;
      case 'granted':
        facts.push({ kind: 'request-answered', answer: 'granted' }, { kind: 'corrected', pointers: [] });
        break;
      case 'denied':
        facts.push({ kind: 'request-answered', answer: 'denied' });
        break;
      case 'corrected':
        facts.push({ kind: 'corrected', pointers: [] });
        break;
      case 'invalidated':
        facts.push({ kind: 'invalidated', reason: words });
        break;
      case 'lifted':
      case 'agency-proceed':
        facts.push({ kind: 'hold-lifted', ...whole });
        break;
      case 'suspended':
        facts.push({ kind: 'release-suspended', refused: false, says: words });
        break;
      case 'seized':
        facts.push({ kind: 'seized', reason: words });
        break;
      case 'query':
        facts.push({ kind: 'query', due: null, says: words });
        break;
      case 'short':
        facts.push(shortOf(message, interchange, profile));
        break;
      case 'manual':
        facts.push(kept(words, true));
        break;
      case 'agency-review':
        facts.push({ kind: 'agency-review', decision: 'reviewing', ...whole });
        break;
      case 'agency-documents':
        facts.push({ kind: 'agency-review', decision: 'documents', ...whole });
        break;
      case 'agency-exam':
        facts.push({ kind: 'agency-review', decision: 'exam', ...whole });
        break;
      case 'agency-hold':
        facts.push({ kind: 'hold', decision: 'hold', ...whole });
        break;
      case 'agency-refused':
        facts.push({ kind: 'hold', decision: 'refused', ...whole });
        break;
      default:
        facts.push(kept(word));
    }
  }
  if (duty) facts.push(dated(DATES.acceptance, duty));
  if (facts.length === 0) facts.push(errors.length > 0 ? rejected : kept(words || 'A response without an indicator.'));
  return facts;
}

function notesOf(message: Message): Note[] {
  const order = outOfOrder(message.segments, CUSRES).map((fault) => ({ ...fault, message: message.reference }));
  return [...message.faults, ...order].map(noteOf);
}

function readResponse(message: Message, interchange: Interchange, profile: Profile): Interpretation {
  const bgm = all(message, 'BGM')[0];
  const document = at(bgm, 1);
  const mrn = reference(message, REFERENCES.mrn) ?? (/^\d{2}[A-Z]{2}[0-9A-Z]{14}$/.test(document) ? document : null);
  const time =
    dateOf(message, DATES.message, zoneOf(profile)) ??
    dateOf(message, DATES.acceptance, zoneOf(profile)) ??
    dateOf(message, DATES.release, zoneOf(profile)) ??
    preparedAt(interchange, zoneOf(profile));
  return {
    kind: 'read',
    identity: identityOf(interchange, message),
    functionCode: at(bgm, 0).slice(0, 8),
    keys: {
      conversationId: reference(message, REFERENCES.answered),
      lrn: reference(message, REFERENCES.lrn)?.slice(0, 35) ?? null,
      mrn: mrn?.slice(0, 18) ?? null,
      ducr: reference(message, REFERENCES.ducr),
    },
    authorityVersion: null,
    authorityTime: time,
    facts: factsOf(message, interchange, profile),
    notes: [...notesOf(message), ...numberNotes('mrn', mrn, REFERENCES.mrn)],
  };
}

const preparedAt = ({ prepared }: Interchange, zone: string): Instant | null =>
  fromLocal(prepared.length === 10 ? `20${prepared}` : prepared, zone);

const identityOf = ({ sender, reference: name }: Interchange, message: Message): string =>
  `${sender.id}.${name}.${message.reference}`.replace(/[^0-9A-Za-z._-]/g, '_').slice(0, 64);

/** The answer to our syntax. A positive one is no acceptance; a negative one says that nothing was taken. */
function readContrl(message: Message, interchange: Interchange, profile: Profile): Interpretation {
  const uci = all(message, 'UCI')[0];
  const action = at(uci, 3);
  const errors: FieldProblem[] = [];
  const whole = at(uci, 4);
  const add = (code: string, pointer: string): void => {
    errors.push({ code, pointer, field: null, says: SYNTAX_WORDS[code] ?? `Syntax error ${code}.` });
  };
  if (whole) add(whole, '');
  let [name, place] = ['', ''];
  for (const segment of message.segments) {
    if (segment.tag === 'UCM') [name, place] = [at(segment, 0), ''];
    if (segment.tag === 'UCM' && at(segment, 3)) add(at(segment, 3), name);
    if (segment.tag === 'UCS') place = at(segment, 0);
    if (segment.tag === 'UCS' && at(segment, 1)) add(at(segment, 1), `${name}/${place}`);
    if (segment.tag === 'UCD')
      add(at(segment, 0), [name, place, ...(segment.elements[1] ?? [])].filter(Boolean).join('/'));
  }
  const rejected = action === '4' || all(message, 'UCM').some((each) => at(each, 2) === '4');
  const fact: Fact = rejected
    ? { kind: 'rejected', errors, sameReference: false }
    : kept(
        action === '7' || action === '8'
          ? 'The syntax of our interchange was acknowledged; that is no acceptance.'
          : `An acknowledgement of an unknown kind (${action || 'none named'}).`,
      );
  return {
    kind: 'read',
    identity: identityOf(interchange, message),
    functionCode: 'CONTRL',
    keys: { conversationId: at(uci, 0) || null, lrn: null, mrn: null },
    authorityVersion: null,
    authorityTime: preparedAt(interchange, zoneOf(profile)),
    facts: [fact],
    notes: message.faults.map(noteOf),
  };
}

function readMessage(message: Message, interchange: Interchange, profile: Profile): Interpretation {
  const broken = interchange.faults.find(
    (each) => BROKEN.has(each.code) && (each.message === null || each.message === message.reference),
  );
  if (broken) return { kind: 'unreadable', code: `edifact.${broken.code}`, says: broken.says };
  switch (message.type) {
    case 'CUSRES':
      return readResponse(message, interchange, profile);
    case 'CONTRL':
      return readContrl(message, interchange, profile);
    default:
      return {
        kind: 'unreadable',
        code: 'customs.message.type',
        says: `${message.type || 'a message without a type'} is not read here`,
      };
  }
}

/** Reads one interchange of answers. Total: what cannot be read is named so, with the reason, and nothing is thrown. */
export function interpretInterchange(raw: RawMessage, profile: Profile): Interpretation[] {
  const reading = readInterchange(raw.bytes, LIMITS);
  if (reading.kind === 'unreadable') return [{ kind: 'unreadable', code: reading.code, says: reading.says }];
  const { interchange } = reading;
  if (interchange.messages.length === 0) {
    const first = interchange.faults[0];
    return [
      {
        kind: 'unreadable',
        code: `edifact.${first?.code ?? '32'}`,
        says: first?.says ?? 'the interchange holds no message',
      },
    ];
  }
  return interchange.messages.map((message) => readMessage(message, interchange, profile));
}
