import { pointerOf } from '../pointer.js';
import type { Problem } from '../rules.js';
import type { Said, Speech, Voice } from '../voice.js';
import { field, localTime, record, writeBatch } from './records.js';

/** The simulator's own three characters for a public code: the number in base 36. */
export const shortCode = (code: string): string =>
  (Number(code.replace(/\D/g, '')) % 46_656).toString(36).toUpperCase().padStart(3, '0');

const words = ({ code, says, pointer }: Problem): string => `${code} ${says} ${pointerOf(pointer)}`.toUpperCase();
const lineOf = ({ pointer }: Problem): string => /68A\[(\d+)\]/.exec(pointerOf(pointer))?.[1] ?? '';

interface Result {
  code: string;
  words: string;
}

/** SO60: what becomes of the entry. 97 admissible is not a release, 98 is. */
const ENTRY: Partial<Record<Speech['act']['do'], Result>> = {
  release: { code: '98', words: 'RELEASED' },
  clear: { code: '98', words: 'RELEASED' },
  suspend: { code: '99', words: 'RELEASE SUSPENDED' },
  seize: { code: '04', words: 'DETAINED' },
  invalidate: { code: '23', words: 'ENTRY CANCELLED' },
  manual: { code: '90', words: 'UNDER REVIEW' },
  query: { code: '84', words: 'DOCUMENTS REQUIRED' },
};

const AGENCY: Record<string, string> = {
  review: '01',
  hold: '02',
  refuse: '04',
  proceed: '07',
  documents: '10',
  exam: '11',
};

/** Cargo release: SX at once, SO later. Entry summary: AX at once, UC later. */
export const aceVoice: Voice = {
  say(speech: Speech): Said | null {
    const course = speech.request ?? speech.filing;
    if (!course) return null;
    if (speech.act.do === 'raw') return { code: 'raw', body: speech.act.body };
    return sayAbout(speech, course.envelope);
  },
};

/** About a transaction, whether it was taken or not. */
export const sayAbout = (speech: Speech, envelope: Envelope): Said | null =>
  speech.lrn.endsWith('/AE') ? ofSummary(speech, envelope) : ofRelease(speech, envelope);

type Envelope = Record<string, string>;

function said(application: string, records: readonly string[], envelope: Envelope, at: Date): Said {
  const to = {
    site: envelope['site'] ?? '',
    id: envelope['id'] ?? '',
    port: envelope['port'] ?? '',
    filer: envelope['filer'] ?? '',
    userText: envelope['userText'] ?? '',
  };
  return { code: application, body: writeBatch(to, application, records, at) };
}

/** Our copy of the transaction, with each result behind the record that it is about; the others behind the last. */
function answered(envelope: Envelope, results: readonly { line: string; record: string }[]): string[] {
  const own = (envelope['records'] ?? '').split('\n').filter((each) => each !== '');
  const left = [...results];
  const said: string[] = [];
  const put = (fits: (line: string) => boolean): void => {
    for (const each of left.filter(({ line }) => fits(line))) {
      said.push(each.record);
      left.splice(left.indexOf(each), 1);
    }
  };
  let line = '';
  own.forEach((each, index) => {
    if (each.startsWith('SE40')) line = String(Number(field(each, 5, 7)));
    said.push(each);
    const next = own[index + 1];
    // Behind the last record of a line, where its code and value are known.
    if (line !== '' && (next === undefined || next.startsWith('SE40'))) put((of) => of === line);
    else if (line === '' && each.startsWith('SE10'))
      put((of) => of === '' && results.some((result) => result.line !== ''));
  });
  put(() => true);
  return said;
}

function ofRelease(speech: Speech, envelope: Envelope): Said | null {
  const { act, at, sameMinute, lrn } = speech;
  const result = (code: string, reason: string, text: string): string =>
    record('SE90', [5, 6, code], [7, 9, reason], [10, 49, text.toUpperCase()]);
  const about = (code: string, each: Problem): { line: string; record: string } => ({
    line: lineOf(each),
    record: result(code, shortCode(each.code), words(each)),
  });
  if (act.do === 'accept' || (speech.request && act.do === 'register')) {
    const warnings = act.do === 'accept' ? act.warnings.map((each) => about('03', each)) : [];
    const plain = { line: '', record: result('02', '', 'TRANSACTION ACCEPTED') };
    return said('SX', answered(envelope, warnings.length > 0 ? warnings : [plain]), envelope, at);
  }
  if (act.do === 'reject') {
    return said(
      'SX',
      answered(
        envelope,
        act.problems.map((each) => about('01', each)),
      ),
      envelope,
      at,
    );
  }
  const { date, time } = localTime(sameMinute ?? at);
  const head = record(
    'SO10',
    [5, 8, envelope['entryPort'] ?? envelope['port'] ?? ''],
    [9, 11, lrn.slice(0, 3)],
    [14, 21, lrn.slice(3, 11)],
    [23, 24, field(envelope['head'] ?? '', 20, 21) || '01'],
  );
  const entry = ({ code, words: text }: Result): string =>
    record('SO60', [5, 10, date], [11, 14, time], [15, 16, code], [17, 56, text.toUpperCase()]);
  const bill = (code: string, text: string): string[] => [
    envelope['bill'] ? record('SO40', [5, 60, envelope['bill']]) : record('SO40'),
    record('SO50', [5, 10, date], [11, 14, time], [15, 16, code], [17, 56, text.toUpperCase()]),
  ];
  const own = envelope['reference'] ? [record('SO20', [5, 7, 'LRN'], [8, 57, envelope['reference']])] : [];
  const so = (...records: string[]): Said => said('SO', [head, ...own, ...records], envelope, at);
  switch (act.do) {
    case 'answer':
      return act.granted
        ? so(entry({ code: '88', words: 'REPLACED' }))
        : so(entry({ code: speech.request?.request.kind === 'cancel' ? '87' : '86', words: 'REQUEST REFUSED' }));
    case 'route':
      if (act.to === 'documents') return so(entry({ code: '84', words: 'DOCUMENTS REQUIRED' }));
      if (act.to === 'physical') return so(entry({ code: '03', words: 'INTENSIVE EXAM' }));
      return so(entry({ code: '97', words: 'ADMISSIBLE' }));
    case 'hold':
      return so(...bill('51', act.says));
    case 'lift':
      return so(...bill('54', act.says));
    case 'agency':
      return so(
        record(
          'SO70',
          [5, 7, act.code],
          [11, 16, date],
          [17, 20, time],
          [21, 22, AGENCY[act.decision] ?? act.decision.slice(0, 2)],
          [53, 54, AGENCY[act.decision] ?? act.decision.slice(0, 2)],
        ),
      );
    case 'suspend':
    case 'seize':
    case 'release':
    case 'clear':
    case 'manual':
    case 'query':
    case 'invalidate':
      return so(entry(ENTRY[act.do]!));
    // Money is told by the summary's statements, not by the release.
    case 'register':
    case 'tax':
    case 'correct':
    case 'exam':
    case 'short':
      return null;
    case 'raw':
      return { code: 'raw', body: act.body };
  }
}

/** E0 says where, E1 what: A accepted or R rejected, F fatal, W warning, I note. */
function ofSummary(speech: Speech, envelope: Envelope): Said | null {
  const { act, at } = speech;
  const e1 = (kind: string, severity: string, code: string, text: string): string =>
    record('E1', [3, 3, kind], [4, 4, severity], [5, 7, code], [8, 47, text.toUpperCase()], [48, 52, '00100']);
  const head = envelope['head'] ?? record('10');
  const uc = (kind: string, text: string): Said =>
    said(
      'UC',
      [
        record(
          'UC10',
          [5, 7, speech.lrn.slice(0, 3)],
          [9, 16, speech.lrn.slice(3, 11)],
          [18, 18, kind],
          [20, 59, text.toUpperCase()],
        ),
      ],
      envelope,
      at,
    );
  switch (act.do) {
    case 'accept': {
      const warnings = act.warnings.flatMap((each) => [
        record('E0', [3, 5, lineOf(each)]),
        e1('A', 'W', shortCode(each.code), words(each)),
      ]);
      return said('AX', [head, ...warnings, e1('A', 'I', '001', 'SUMMARY ACCEPTED')], envelope, at);
    }
    case 'register':
      return said('AX', [head, e1('A', 'I', '002', 'CORRECTION RECEIVED')], envelope, at);
    case 'reject': {
      const fatal = act.problems.flatMap((each) => [
        record('E0', [3, 5, lineOf(each)]),
        e1('R', 'F', shortCode(each.code), words(each)),
      ]);
      return said('AX', [head, ...fatal], envelope, at);
    }
    case 'answer':
      return act.granted ? null : uc('R', 'CORRECTION UNDONE');
    case 'route':
      return act.to === 'documents' ? uc('2', 'PAPERS REQUIRED') : null;
    case 'query':
      return uc('1', act.says);
    case 'hold':
    case 'seize':
      return uc('D', act.says);
    case 'lift':
      return uc('C', act.says);
    case 'invalidate':
      return uc('6', act.reason);
    case 'agency':
      return uc('P', `${act.code} ${act.decision}`);
    default:
      return null;
  }
}
