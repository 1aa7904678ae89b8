import type { FieldProblem, Money } from '@tidewaiter/contracts';
import { exact, type Instant } from '@tidewaiter/kernel';
import { CUSTOMS, type Fact } from '../../domain/facts.js';
import type { Interpretation, RawMessage, ReadMessage } from '../authority.js';
import { numberNotes } from '../notes.js';
import { fromLocal } from '../local-time.js';
import { payeeOf, type Profile } from '../profile.js';
import { AGENCY_STATUS, BILL_RESULTS, ENTRY_RESULTS, RECORD_FIELDS, RESULTS, SUMMARY_STATUS } from './codes.js';
import { field, readBatch, type Block } from './records.js';

const kept = (says: string): Fact => ({ kind: 'kept', says, handledOutside: false });

/** `MMDDYY` and `HHMM` on the authority's clocks; minutes only, no zone is told. */
function timeOf(date: string, time: string, zone: string): Instant | null {
  return /^\d{6}$/.test(date) && /^(\d{4})?$/.test(time)
    ? fromLocal(`20${date.slice(4)}${date.slice(0, 4)}${time || '0000'}`, zone)
    : null;
}

const dated = (fact: Fact, at: Instant | null): Fact => (at ? { ...fact, at } : fact);

/** Filer and entry together are the authority's number of the filing. */
const entryNumber = (filer: string, entry: string): string | null => `${filer}${entry}`.replace(/\s/g, '') || null;

interface Told {
  functionCode: string;
  mrn: string | null;
  lrn?: string | null;
  facts: Fact[];
}

/** Which of our records a code stands behind, and of which line. */
class Place {
  private kind = '';
  private line: number | null = null;

  pass(record: string, kind: string, line: string): void {
    this.kind = kind;
    if (/^(SE|)40$/.test(kind)) this.line = Number(line) || null;
    else if (/^(SE)?10$/.test(kind)) this.line = null;
  }

  problem(code: string, says: string): FieldProblem {
    const known = RECORD_FIELDS[this.kind] ?? null;
    const field = known?.includes('{n}')
      ? this.line === null
        ? null
        : known.replace('{n}', String(this.line - 1))
      : known;
    const pointer = [this.kind, this.line].filter((each) => each !== null && each !== '').join('/');
    return { code, pointer, field, says: says || 'The authority gave the code alone.' };
  }

  of(line: number | null): void {
    this.line = line;
    this.kind = line === null ? '' : '40';
  }
}

/** SX: our records come back with results behind them. One 01 rejects the transaction: nothing of it was taken. */
function releaseAnswers(records: readonly string[]): Told[] {
  const told: Told[] = [];
  let place = new Place();
  let errors: FieldProblem[] = [];
  let warnings: FieldProblem[] = [];
  let results = new Set<string>();
  let open: Told | null = null;
  const close = (): void => {
    if (!open) return;
    if (results.has('rejected'))
      open.facts.push({ kind: 'rejected', errors: [...errors, ...warnings], sameReference: false });
    else if (results.has('accepted')) open.facts.push({ kind: 'accepted', warnings: [...errors, ...warnings] });
    else if (results.has('review')) open.facts.push({ kind: 'registered' });
    else open.facts.push(kept('An answer to a release without a result.'));
    told.push(open);
    [place, errors, warnings, results, open] = [new Place(), [], [], new Set(), null];
  };
  for (const record of records) {
    const kind = record.slice(0, 4);
    if (kind === 'SE10') {
      close();
      open = { functionCode: 'SX', mrn: entryNumber(field(record, 6, 8), field(record, 11, 18)), facts: [] };
    }
    open ??= { functionCode: 'SX', mrn: null, facts: [] };
    if (kind === 'SE20' && field(record, 5, 7) === 'LRN') open.lrn = field(record, 8, 57).slice(0, 35);
    if (kind !== 'SE90') {
      place.pass(record, kind, field(record, 5, 7));
      continue;
    }
    const [result, code, says] = [field(record, 5, 6), field(record, 7, 9), field(record, 10, 49)];
    const is = RESULTS[result];
    if (!is) open.facts.push(kept(`Result ${result || 'without a code'} of a release: ${says}`));
    else results.add(is);
    if (code && is === 'warning') warnings.push(place.problem(code, says));
    else if (code && (is === 'error' || is === 'rejected')) errors.push(place.problem(code, says));
    else if (code && is === 'accepted' && result === '03') warnings.push(place.problem(code, says));
  }
  close();
  return told;
}

/** Lines of SO70: ranges with a hyphen, or numbers of one width beside each other, two of which make a range. */
function linesIn(text: string): number[] {
  const separated = text.match(/\d+\s*-\s*\d+|\d+/g) ?? [];
  const ranges = /[-, ]/.test(text)
    ? separated.map((each) => each.split('-').map(Number))
    : ((/^(\d{8}){1,2}$/.test(text) ? text.match(/\d{8}/g) : /^\d{6}$/.test(text) ? [text] : null)?.map((each) => [
        Number(each.slice(0, each.length / 2)),
        Number(each.slice(each.length / 2)),
      ]) ?? separated.map((each) => [Number(each)]));
  const lines = ranges.flatMap(([from = 0, to]) => {
    const last = to === undefined || to < from || to - from > 999 ? from : to;
    return Array.from({ length: last - from + 1 }, (_, index) => from + index);
  });
  return [...new Set(lines)].filter((line) => line > 0);
}

function entryFact(code: string, words: string): Fact[] {
  const result = ENTRY_RESULTS[code];
  const says = [result?.says, words].filter(Boolean).join(' ');
  const whole = { agency: CUSTOMS, bill: null, lines: [], says };
  switch (result?.is) {
    case 'released':
      return [{ kind: 'released', release: 'conditional' }];
    case 'exam':
      return [{ kind: 'control', route: 'physical' }];
    case 'detained':
      return [{ kind: 'hold', decision: 'detained', ...whole }];
    case 'invalidated':
      return [{ kind: 'invalidated', reason: says }];
    case 'not-released':
      return [{ kind: 'release-suspended', refused: false, says }];
    case 'documents':
      return [{ kind: 'documents-wanted', due: null, says }];
    case 'denied':
      return [{ kind: 'request-answered', answer: 'denied' }];
    case 'replaced':
      return [
        { kind: 'request-answered', answer: 'granted' },
        { kind: 'corrected', pointers: [] },
      ];
    case 'review':
      return [{ kind: 'agency-review', decision: 'reviewing', ...whole }];
    case 'note':
      return [kept(`SO60 ${code}: ${says}`)];
    default:
      return [kept(`SO60 ${code || 'without a code'}: no table here knows what it says. ${words}`.trim())];
  }
}

function billFact(code: string, bill: string | null, words: string): Fact {
  const result = BILL_RESULTS[code];
  const says = [result?.says, words].filter(Boolean).join(' ');
  const about = { agency: CUSTOMS, bill, lines: [], says };
  if (result?.is === 'hold') return { kind: 'hold', decision: 'hold', ...about };
  if (result?.is === 'lifted') return { kind: 'hold-lifted', ...about };
  return kept(
    `SO50 ${code || 'without a code'}${bill ? ` on bill ${bill}` : ''}: ${says || 'no table here knows what it says.'}`,
  );
}

function agencyFact(agency: string, code: string, lines: number[], reason: string): Fact {
  const about = { agency, bill: null, lines, says: reason ? `Reason ${reason}.` : '' };
  const status = AGENCY_STATUS[code];
  switch (status) {
    case 'hold':
    case 'refused':
      return { kind: 'hold', decision: status, ...about };
    case 'proceed':
      return { kind: 'hold-lifted', ...about };
    case 'reviewing':
    case 'documents':
    case 'exam':
      return { kind: 'agency-review', decision: status, ...about };
    case 'not-presented':
      return { kind: 'agency-review', decision: 'reviewing', ...about, says: 'Not presented to the agency.' };
    default:
      return kept(`SO70 ${agency} ${code || 'without a code'}: no table here knows what it says.`);
  }
}

/** SO: results of entry, bills and agencies, each at its own minute. */
function releaseStatus(records: readonly string[], zone: string): Told[] {
  const told: Told[] = [];
  let open: Told | null = null;
  let bill: string | null = null;
  let line: number | null = null;
  for (const record of records) {
    const kind = record.slice(0, 4);
    if (kind === 'SO10' || !open) {
      open = {
        functionCode: 'SO',
        mrn: kind === 'SO10' ? entryNumber(field(record, 9, 11), field(record, 14, 21)) : null,
        facts: [],
      };
      told.push(open);
      [bill, line] = [null, null];
    }
    const at = timeOf(field(record, 5, 10), field(record, 11, 14), zone);
    switch (kind) {
      case 'SO20':
        if (field(record, 5, 7) === 'LRN') open.lrn = field(record, 8, 57).slice(0, 35);
        break;
      case 'SO30':
        line = Number(field(record, 5, 7)) || null;
        break;
      case 'SO40':
        bill = `${field(record, 6, 9)}${field(record, 10, 59)}` || null;
        break;
      case 'SO50':
        open.facts.push(dated(billFact(field(record, 15, 16), bill, field(record, 17, 56)), at));
        break;
      case 'SO60':
        open.facts.push(...entryFact(field(record, 15, 16), field(record, 17, 56)).map((fact) => dated(fact, at)));
        break;
      case 'SO70': {
        const when = timeOf(field(record, 11, 16), field(record, 17, 20), zone);
        const agency = field(record, 5, 7) || 'unnamed';
        const [entry, status, reason] = [field(record, 21, 22), field(record, 53, 54), field(record, 55, 56)];
        if (entry) open.facts.push(dated(agencyFact(agency, entry, [], ''), when));
        const ranges = linesIn(field(record, 57, 72));
        const lines = ranges.length > 0 ? ranges : line === null ? [] : [line];
        if (status) open.facts.push(dated(agencyFact(agency, status, lines, reason), when));
        break;
      }
      default:
    }
  }
  for (const each of told)
    if (each.facts.length === 0) each.facts.push(kept('A status of a release without a result.'));
  return told;
}

/** AX: E0 says where, E1 what. Any fatal condition: nothing was taken. */
function summaryAnswers(records: readonly string[], zone: string, profile: Profile): Told[] {
  const told: Told = { functionCode: 'AX', mrn: null, facts: [] };
  const place = new Place();
  const errors: FieldProblem[] = [];
  const warnings: FieldProblem[] = [];
  let [rejected, accepted] = [false, false];
  let duty = exact('0');
  for (const record of records) {
    const kind = record.slice(0, 2);
    if (kind === '10') told.mrn = entryNumber(field(record, 4, 6), field(record, 9, 16));
    if (kind === '50') duty = duty.plus(/^\d+$/.test(field(record, 14, 23)) ? field(record, 14, 23) : '0');
    if (kind === 'E0') {
      const [, line] = /^E0\s*(\d{1,3})\s|LINE\D*(\d{1,5})/i.exec(record) ?? [];
      place.of(Number(line) || null);
      const [, filer, entry] = /\b([0-9A-Z]{3})[- ]?(\d{7}-?\d)\b/.exec(record.slice(2)) ?? [];
      if (filer && entry) told.mrn ??= entryNumber(filer, entry.replace('-', ''));
    } else if (kind === 'E1') {
      const [disposition, severity, code] = [field(record, 3), field(record, 4), field(record, 5, 7)];
      const says = field(record, 8, 80).replace(/\s*\d{5}$/, '');
      if (disposition === 'R') rejected = true;
      if (disposition === 'A') accepted = true;
      if (severity === 'F') {
        rejected = true;
        errors.push(place.problem(code, says));
      } else if (severity === 'W') warnings.push(place.problem(code, says));
      else if (severity === 'I') told.facts.push(kept(`${code} ${says}`.trim()));
      else if (disposition === 'R' && code) errors.push(place.problem(code, says));
    } else if (/^\d0$/.test(kind)) {
      place.pass(record, kind, field(record, 3, 5));
    }
  }
  if (rejected) told.facts.push({ kind: 'rejected', errors: [...errors, ...warnings], sameReference: false });
  else if (accepted) told.facts.push({ kind: 'accepted', warnings });
  if (accepted && !rejected && !duty.isZero()) {
    const total = { amount: duty.div(100).toFixed(2), currency: profile.currency };
    told.facts.push({ kind: 'duty', stage: 'indicative', taxes: [], total, paymentReference: null, payee: null });
  }
  if (told.facts.length === 0) told.facts.push(kept('An answer to an entry summary without a result.'));
  return [told];
}

/** UC: what became of an entry summary later. */
function summaryStatus(records: readonly string[]): Told[] {
  return records.flatMap((record): Told[] => {
    if (!/^UC10/.test(record)) return [];
    const [code, words] = [field(record, 18), field(record, 20, 59)];
    const status = SUMMARY_STATUS[code];
    const says = [status?.says, words].filter(Boolean).join(' ');
    const whole = { agency: CUSTOMS, bill: null, lines: [], says };
    const fact = ((): Fact => {
      switch (status?.is) {
        case 'documents':
          return { kind: 'documents-wanted', due: null, says };
        case 'rejected':
          return {
            kind: 'rejected',
            errors: [{ code: `UC ${code}`, pointer: '', field: null, says }],
            sameReference: false,
          };
        case 'invalidated':
          return { kind: 'invalidated', reason: says };
        case 'detained':
          return { kind: 'hold', decision: 'detained', ...whole };
        case 'lifted':
          return { kind: 'hold-lifted', ...whole };
        case 'denied':
          return { kind: 'request-answered', answer: 'denied' };
        case 'note':
          return kept(`UC ${code}: ${says}`);
        default:
          return kept(`UC ${code || 'without a code'}: no table here knows what it says. ${words}`.trim());
      }
    })();
    return [{ functionCode: 'UC', mrn: entryNumber(field(record, 5, 7), field(record, 9, 16)), facts: [fact] }];
  });
}

/**
 * A daily statement: its number, what each entry owes (PF20) and for which tax of which line (PF21), in cents; preliminary, then final.
 * The number is what a payment quotes.
 * @see ACE CATAIR, statements
 */
function statement(records: readonly string[], profile: Profile): Told[] {
  const head = records.find((each) => each.startsWith('PF10')) ?? '';
  const stage = field(head, 16) === 'F' ? 'final' : 'indicative';
  const at = timeOf(field(head, 17, 22), '', profile.zone);
  const paymentReference = field(head, 5, 15) || null;
  const money = (text: string): Money => ({ amount: exact(text).div(100).toFixed(2), currency: profile.currency });
  const owed: Told[] = [];
  let debt: Extract<Fact, { kind: 'duty' }> | null = null;
  for (const record of records) {
    const cents = field(record, 16, 27);
    if (record.startsWith('PF20') && /^\d+$/.test(cents)) {
      // What a preliminary statement asks for is not due: an entry may still leave it.
      const payee = stage === 'final' ? payeeOf(profile) : null;
      debt = { kind: 'duty', stage, taxes: [], total: money(cents), paymentReference, payee, ...(at ? { at } : {}) };
      const mrn = entryNumber(field(record, 5, 7), field(record, 8, 15));
      owed.push({ functionCode: 'PF', mrn, facts: [debt] });
    }
    const [line, type, amount] = [field(record, 5, 7), field(record, 8, 10), field(record, 24, 35)];
    if (debt && record.startsWith('PF21') && type && /^\d+$/.test(amount)) {
      const base = field(record, 11, 23);
      const tax = { line: Number(line) || 0, type, amount: money(amount) };
      debt.taxes.push({ ...tax, base: /^\d+$/.test(base) ? money(base).amount : '' });
    }
  }
  return owed.length > 0
    ? owed
    : [{ functionCode: 'PF', mrn: null, facts: [kept('A statement of what is to be paid.')] }];
}

/** ER and C1: what is on file under an entry number. */
function enquiryAnswers(application: string, records: readonly string[]): Told[] {
  const told: Told[] = [];
  for (const record of records) {
    if (/^(ER|C1)10/.test(record))
      told.push({ functionCode: application, mrn: entryNumber(field(record, 6, 8), field(record, 11, 18)), facts: [] });
    const last = told.at(-1);
    if (last && /^(ER|C1)90/.test(record)) {
      const says = field(record, 10, 49);
      last.facts.push(field(record, 5, 6) === '02' ? { kind: 'registered' } : kept(`Enquiry: ${says}`));
    }
  }
  return told;
}

/** The envelope itself was refused: nothing of the batch was taken. */
const refused = (records: readonly string[]): Told[] => {
  const errors = records.map((each) => ({
    code: each.slice(0, 2),
    pointer: '',
    field: null,
    says: each.slice(2).trim() || 'The envelope was refused.',
  }));
  return [{ functionCode: 'X', mrn: null, facts: [{ kind: 'rejected', errors, sameReference: false }] }];
};

function toldIn({ application, records }: Block, profile: Profile): Told[] {
  const envelope = records.filter((each) => /^X[01]/.test(each));
  if (envelope.length > 0) return refused(envelope);
  switch (application) {
    case 'SX':
      return releaseAnswers(records);
    case 'SO':
      return releaseStatus(records, profile.zone);
    case 'AX':
      return summaryAnswers(records, profile.zone, profile);
    case 'UC':
      return summaryStatus(records);
    case 'PF':
      return statement(records, profile);
    case 'ER':
    case 'C1':
      return enquiryAnswers(application, records);
    case 'MS':
      return [{ functionCode: 'MS', mrn: null, facts: [kept('A monthly statement of what is to be paid.')] }];
    case 'NR':
      return [{ functionCode: 'NR', mrn: null, facts: [kept('Courtesy notice of a liquidation.')] }];
    default:
      return [];
  }
}

/** Reads one batch of answers. Total: what cannot be read is named so, with the reason, and nothing is thrown. */
export function interpretBatch(raw: RawMessage, profile: Profile): Interpretation[] {
  const reading = readBatch(raw.bytes);
  if (reading.kind === 'unreadable') return [reading];
  const { batch } = reading;
  const read = batch.blocks.flatMap((block): Interpretation[] => {
    const told = toldIn(block, profile);
    if (told.length === 0) {
      const says = `application ${block.application || 'without a name'} is not read here`;
      return [{ kind: 'unreadable', code: 'ace.application', says }];
    }
    return told.map(({ functionCode, mrn, lrn, facts }): ReadMessage => ({
      kind: 'read',
      identity: null,
      functionCode,
      keys: {
        conversationId: raw.conversationId ?? (block.userText || null),
        lrn: lrn ?? (block.userText || null),
        mrn: mrn?.slice(0, 18) ?? null,
      },
      authorityVersion: null,
      authorityTime:
        facts.map((each) => each.at).find((at) => at !== undefined) ?? timeOf(batch.date, '', profile.zone),
      facts,
      notes: numberNotes('us-entry', mrn, functionCode),
    }));
  });
  return read.length > 0 ? read : [{ kind: 'unreadable', code: 'ace.empty', says: 'the batch holds no block' }];
}
