import type { FieldProblem, Money } from '@tidewaiter/contracts';
import { exact, minorUnits, TidewaiterError, toInstant, type Instant } from '@tidewaiter/kernel';
import { readXml, type XmlElement } from '@tidewaiter/xml';
import type { Correction, Fact, StatedTax } from '../../domain/facts.js';
import type { Interpretation, RawMessage, ReadMessage, Slot } from '../authority.js';
import { numberNotes } from '../notes.js';
import type { Profile } from '../profile.js';
import {
  BORDER_AGENCY,
  BORDER_DECISIONS,
  DEBT_STAGES,
  DECISION_WORDS,
  ERROR_WORDS,
  NOTIFICATIONS,
  REQUEST_ANSWERS,
  SAME_REFERENCE,
  WHO,
} from './codes.js';
import { printPointer, resolvePointer, type PointerLevel } from './pointers.js';

/** A notification is small; what is larger is none. */
const LIMITS = { bytes: 5_000_000, depth: 40, nodes: 200_000 };

/**
 * Date and time as the authority writes them: `CCYYMMDDHHMMSS` with `Z` or an offset; a bare date counts from midnight UTC.
 * @returns null for anything else: the caller falls back, the message is never lost for a date
 */
export function readTime(text: string | undefined): Instant | null {
  const match = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})(Z|[+-]\d{2}(?::?\d{2})?))?$/.exec(text ?? '');
  if (!match) return null;
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = match;
  try {
    return toInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone.length === 3 ? `${zone}:00` : zone}`);
  } catch {
    return null;
  }
}

const timeAt = (element: XmlElement | undefined, path: string): Instant | null => {
  const at = element?.at(path);
  return readTime(at?.textAt('DateTimeString') ?? at?.value);
};

/** An amount with the decimals it was written with, at least those of its currency; null when it is no number. */
function amountAt(element: XmlElement | undefined, path: string, profile: Profile): Money | null {
  const at = element?.at(path);
  if (!at || !/^-?\d{1,16}(\.\d{1,6})?$/.test(at.value)) return null;
  const currency = at.attribute('currencyID') ?? profile.currency;
  const value = exact(at.value);
  return { amount: value.toFixed(Math.max(value.decimalPlaces(), minorUnits(currency))), currency };
}

function pointerOf(element: XmlElement): PointerLevel[] {
  return element.children('Pointer').map((level) => {
    const index = Number(level.textAt('SequenceNumeric') ?? 0);
    const tag = level.textAt('TagID');
    return {
      section: level.textAt('DocumentSectionCode') ?? '',
      ...(Number.isInteger(index) && index > 0 ? { index } : {}),
      ...(tag === undefined ? {} : { tag }),
    };
  });
}

/** The authority's code and pointer, our field, and our words before its own. */
function problemsOf(response: XmlElement): FieldProblem[] {
  return response.children('Error').map((error) => {
    const code = error.textAt('ValidationCode') ?? '';
    const levels = pointerOf(error);
    const description = error.textAt('Description')?.slice(0, 500);
    const words = ERROR_WORDS[code];
    return {
      code,
      pointer: printPointer(levels),
      field: resolvePointer(levels).field,
      says: [words, description].filter(Boolean).join(' ') || 'The authority gave the code alone.',
      ...(WHO[code] ? { who: WHO[code] } : {}),
    };
  });
}

function taxesOf(declaration: XmlElement | undefined, profile: Profile): StatedTax[] | null {
  const taxes: StatedTax[] = [];
  for (const item of declaration?.at('GoodsShipment')?.children('GovernmentAgencyGoodsItem') ?? []) {
    const line = Number(item.textAt('SequenceNumeric') ?? NaN);
    for (const fee of item.child('Commodity')?.children('DutyTaxFee') ?? []) {
      const amount =
        amountAt(fee, 'Payment/TaxAssessedAmount', profile) ?? amountAt(fee, 'Payment/PaymentAmount', profile);
      if (!amount || !Number.isInteger(line) || line < 0) return null;
      const quantity = fee.at('SpecificTaxBaseQuantity');
      const base = quantity
        ? [quantity.value, quantity.attribute('unitCode')].filter(Boolean).join(' ')
        : (amountAt(fee, 'AdValoremTaxBaseAmount', profile)?.amount ?? '');
      taxes.push({ line, type: fee.textAt('TypeCode') ?? '', base, amount });
    }
  }
  return taxes;
}

const statement = (response: XmlElement, code: string): string | null =>
  response
    .children('AdditionalInformation')
    .find((each) => each.textAt('StatementCode') === code)
    ?.textAt('StatementDescription') ?? null;

/** DMSTAX. The header's payment says what is to be paid now and what the transfer must quote; without it the lines are summed up. */
function dutyOf(response: XmlElement, declaration: XmlElement | undefined, profile: Profile): Fact {
  const stage = DEBT_STAGES[response.textAt('Status/NameCode') ?? ''];
  if (!stage)
    return kept(`A statement of debt of an unknown kind (${response.textAt('Status/NameCode') ?? 'none named'}).`);
  const taxes = taxesOf(declaration, profile);
  const header = declaration
    ?.children('DutyTaxFee')
    .map((fee) => fee.child('Payment'))
    .find((payment) => payment !== undefined);
  const currency = taxes?.[0]?.amount.currency ?? profile.currency;
  if (!taxes || taxes.some((tax) => tax.amount.currency !== currency)) {
    return kept('A statement of debt whose amounts cannot be read.');
  }
  const sum = taxes.reduce((total, tax) => total.plus(tax.amount.amount), exact('0'));
  const due = amountAt(header, 'PaymentAmount', profile);
  const account = response.textAt('Bank/ID') ?? statement(response, 'ACCOUNT');
  return {
    kind: 'duty',
    stage,
    taxes,
    total: due ?? { amount: sum.toFixed(Math.max(sum.decimalPlaces(), minorUnits(currency))), currency },
    paymentReference: header?.textAt('ReferenceID') ?? null,
    payee: account ? { name: statement(response, 'PAYEE') ?? profile.payee, account } : null,
  };
}

/** DMSRES: the places stand in `Amendment`, the new values in a part of the declaration behind the response's own. */
function changesOf(response: XmlElement): Correction[] {
  const [, corrected] = response.children('Declaration');
  return response.children('Amendment').map((amendment) => {
    const levels = pointerOf(amendment);
    const { element, field, whole } = resolvePointer(levels);
    const at = corrected && whole ? elementAt(corrected, element) : undefined;
    return { pointer: printPointer(levels), field, becomes: at?.value.slice(0, 512) || null };
  });
}

/** Follows an element path through a part of a declaration, in which goods items are told by their number, not their place. */
function elementAt(root: XmlElement, path: string): XmlElement | undefined {
  return path.split('/').reduce<XmlElement | undefined>((here, step) => {
    const [, name, index = '1'] = /^(\w+)(?:\[(\d+)\])?$/.exec(step) ?? [];
    const alike = here?.children(name) ?? [];
    const numbered = alike.filter((each) => each.textAt('SequenceNumeric') !== undefined);
    if (numbered.length > 0) return numbered.find((each) => each.textAt('SequenceNumeric') === index);
    return alike[Number(index) - 1] ?? (alike.length === 1 ? alike[0] : undefined);
  }, root);
}

/** DMSALV: the code names the agency, its words what it decided. */
function agencyFact(response: XmlElement): Fact {
  const code = response.textAt('AdditionalInformation/StatementCode') ?? response.textAt('Status/NameCode') ?? '';
  const says = response.textAt('AdditionalInformation/StatementDescription')?.slice(0, 500) ?? '';
  if (code === '') return kept(`A border agency decided about the goods. ${says}`.trim());
  const decided = DECISION_WORDS.find(([words]) => words.test(says))?.[1];
  const decision = code === BORDER_AGENCY ? (decided ?? 'hold') : (BORDER_DECISIONS[code] ?? decided);
  const about = { agency: code in BORDER_DECISIONS ? BORDER_AGENCY : code, bill: null, lines: [], says };
  switch (decision) {
    case 'proceed':
      return { kind: 'hold-lifted', ...about };
    case 'suspended':
      return { kind: 'release-suspended', refused: false, says };
    case 'seized':
      return { kind: 'seized', reason: says };
    case 'hold':
    case 'refused':
    case 'detained':
      return { kind: 'hold', decision, ...about };
    case 'exam':
    case 'documents':
      return { kind: 'agency-review', decision, ...about };
    case undefined:
      return { kind: 'agency-review', decision: 'reviewing', ...about };
  }
}

const kept = (says: string, handledOutside = false): Fact => ({ kind: 'kept', says, handledOutside });

function factOf(code: string, response: XmlElement, declaration: XmlElement | undefined, profile: Profile): Fact {
  switch (NOTIFICATIONS[code]) {
    case 'DMSACC':
      return { kind: 'accepted', warnings: problemsOf(response) };
    case 'DMSRCV':
      return { kind: 'registered' };
    case 'DMSREJ': {
      const errors = problemsOf(response);
      return {
        kind: 'rejected',
        errors,
        sameReference: errors.length > 0 && errors.every((each) => each.code === SAME_REFERENCE),
      };
    }
    case 'DMSCTL':
      return { kind: 'control', route: 'physical' };
    case 'DMSDOC':
      return {
        kind: 'documents-wanted',
        due: timeAt(response, 'AdditionalInformation/LimitDateTime'),
        says: response.textAt('AdditionalInformation/StatementDescription') ?? 'The authority wants to see the papers.',
      };
    case 'DMSQRY':
      return {
        kind: 'query',
        due: timeAt(response, 'AdditionalInformation/LimitDateTime'),
        says: 'A query waits in the authority’s own mailbox and is answered there.',
      };
    case 'DMSRES':
      return {
        kind: 'corrected',
        pointers: response.children('Amendment').map((each) => printPointer(pointerOf(each))),
        changes: changesOf(response),
      };
    case 'DMSROG':
      return { kind: 'released', release: 'conditional' };
    case 'DMSCLE':
      return { kind: 'released', release: 'full' };
    case 'DMSINV':
      return {
        kind: 'invalidated',
        reason: response.textAt('AdditionalInformation/StatementDescription') ?? 'The authority gave no reason.',
      };
    case 'DMSREQ': {
      const status = response.textAt('Status/NameCode') ?? '';
      const answer = REQUEST_ANSWERS[status];
      return answer
        ? { kind: 'request-answered', answer }
        : kept(`An answer of an unknown kind (${status}) to a request.`);
    }
    case 'DMSTAX':
      return dutyOf(response, declaration, profile);
    case 'DMSCPI':
    case 'DMSCPR': {
      const payment = declaration?.at('DutyTaxFee/Payment');
      return {
        kind: 'funds-short',
        amount: amountAt(payment, 'PaymentAmount', profile),
        account: payment?.textAt('ObligationGuarantee/ReferenceID') ?? null,
        reminder: NOTIFICATIONS[code] === 'DMSCPR',
      };
    }
    case 'DMSEXT':
      return kept('The declaration is handled by hand, outside the system.', true);
    case 'DMSALV':
      return agencyFact(response);
    case 'DMSEOG':
    case 'DMSGER':
      return kept('About an exit of goods; nothing of the kind is expected of an import.');
    default:
      return kept(`Notification ${code || 'without a code'}: no table here knows what it changes.`);
  }
}

/** The date of the business act where the message carries one, else when it was issued. */
function authorityTimeOf(code: string, response: XmlElement, declaration: XmlElement | undefined): Instant | null {
  const dated: Record<string, string> = {
    '01': 'AcceptanceDateTime',
    '03': 'RejectionDateTime',
    '10': 'CancellationDateTime',
  };
  const element = dated[code];
  return (element ? timeAt(declaration, element) : null) ?? timeAt(response, 'IssueDateTime');
}

function read(response: XmlElement, conversationId: string | null, profile: Profile): ReadMessage {
  const declaration = response.child('Declaration');
  const code = (response.textAt('FunctionCode') ?? '').slice(0, 8);
  const functionCode = /^\d$/.test(code) ? `0${code}` : code;
  const version = Number(declaration?.textAt('VersionID') ?? NaN);
  const identity = response.textAt('FunctionalReferenceID');
  return {
    kind: 'read',
    identity: identity && /^[0-9A-Za-z._-]{1,64}$/.test(identity) ? identity.toLowerCase() : null,
    functionCode,
    keys: {
      conversationId,
      lrn: declaration?.textAt('FunctionalReferenceID')?.slice(0, 35) ?? null,
      mrn: mrnAt(declaration),
    },
    authorityVersion: Number.isInteger(version) && version > 0 ? version : null,
    authorityTime: authorityTimeOf(functionCode, response, declaration),
    facts: [factOf(functionCode, response, declaration, profile)],
    notes: numberNotes('mrn', mrnAt(declaration), '42A.D014'),
  };
}

/** At most 18 characters; a check digit that is wrong does not refuse an answer of the authority. */
const mrnAt = (declaration: XmlElement | undefined): string | null => {
  const mrn = declaration?.textAt('ID')?.toUpperCase();
  return mrn && mrn.length <= 18 ? mrn : null;
};

/**
 * Reads one pushed body by local names: namespaces and prefixes vary between senders. Several `Response` elements are several
 * messages. Total: what cannot be read is named so, with the reason, and nothing is thrown.
 */
export function interpretNotification(raw: RawMessage, profile: Profile): Interpretation[] {
  try {
    const { root } = readXml(raw.bytes, LIMITS);
    const responses = root.name === 'Response' ? [root] : root.children('Response');
    if (responses.length === 0) {
      return [{ kind: 'unreadable', code: 'customs.message.no-response', says: `${root.name} holds no Response` }];
    }
    return responses.map((response) => read(response, raw.conversationId, profile));
  } catch (error) {
    const code = error instanceof TidewaiterError ? error.code : 'customs.message.unreadable';
    return [{ kind: 'unreadable', code, says: error instanceof Error ? error.message.slice(0, 300) : 'unreadable' }];
  }
}

/** `errorResponse{code, message, errors/error{code, message}}` of the gateway; whatever came, at least one problem. */
export function readGatewayErrors(status: number, body: Uint8Array): FieldProblem[] {
  const problem = (code: string, says: string): FieldProblem => ({
    code,
    pointer: '',
    field: null,
    says: says.slice(0, 500),
  });
  try {
    const { root } = readXml(body, LIMITS);
    const errors = root.child('errors')?.children('error') ?? [];
    const listed = errors.map((each) => problem(each.textAt('code') ?? String(status), each.textAt('message') ?? ''));
    if (listed.length > 0) return listed;
    return [
      problem(root.textAt('code') ?? String(status), root.textAt('message') ?? `The gateway answered ${status}.`),
    ];
  } catch {
    return [problem(`HTTP ${status}`, `The gateway answered ${status} without saying why.`)];
  }
}

/** Rows of an enquiry's answer; null when it is none. */
export function readStatusRows(body: Uint8Array): { mrn: string | null; lrn: string | null }[] | null {
  try {
    const { root } = readXml(body, LIMITS);
    if (!/^Declaration(Status|Search)Response$/.test(root.name)) return null;
    return root.elements
      .flatMap((details) => details.children('Declaration'))
      .map((row) => ({ mrn: mrnAt(row), lrn: row.textAt('LRN') ?? null }));
  } catch {
    return null;
  }
}

/** Where messages lie that can be fetched: paths below the gateway's own; null when the body is no such list. */
export function readLinks(body: Uint8Array): string[] | null {
  try {
    const { root } = readXml(body, LIMITS);
    if (root.name !== 'notifications') return null;
    return root
      .children('link')
      .flatMap(({ value }) => (/^\/notifications\/unpulled\/[\w-]+$/.test(value) ? [value] : []));
  } catch {
    return null;
  }
}

/** Addresses for papers with the form fields that each upload repeats; null when the body holds none. */
export function readSlots(body: Uint8Array): Slot[] | null {
  try {
    const files = readXml(body, LIMITS).root.child('Files')?.children('File') ?? [];
    const slots = files.flatMap((file): Slot[] => {
      const request = file.child('UploadRequest');
      const url = request?.textAt('Href');
      if (!url) return [];
      const fields = (request?.child('Fields')?.elements ?? []).map((field) => [field.name, field.value] as const);
      return [{ reference: file.textAt('Reference') ?? '', url, fields: Object.fromEntries(fields) }];
    });
    return slots.length > 0 ? slots : null;
  } catch {
    return null;
  }
}
