import { exact } from '@tidewaiter/kernel';
import { pointerOf } from '../pointer.js';
import type { Filing } from '../filings.js';
import type { Problem } from '../rules.js';
import type { TaxCalculation } from '../tax.js';
import type { Said, Speech, Voice } from '../voice.js';
import { writeInterchange, type Written } from './syntax.js';

/** The authority's own name on this channel. */
export const CUSTOMS = { id: 'CUSTOMS', qualifier: 'ZZ' };

/** Processing indicators of the list of UN/EDIFACT itself, 7365: named by its agency in every message. */
const INDICATOR = {
  accepted: '1',
  rejected: '2',
  released: '4',
  examination: '5',
  documents: '6',
  detained: '7',
  awaitsArrival: '9',
  granted: '15',
  denied: '16',
  received: '17',
} as const;

/** What the list of UN/EDIFACT has no word for: the authority's own list 112. */
const OWN = {
  corrected: '20',
  invalidated: '21',
  lifted: '22',
  suspended: '23',
  seized: '24',
  query: '25',
  short: '26',
  manual: '27',
} as const;

/** Decisions of another agency, of the same list; the agency stands in the fourth component. */
const AGENCY: Record<string, string> = {
  review: '30',
  hold: '31',
  refuse: '32',
  documents: '33',
  exam: '34',
  proceed: '35',
};

const gis = (code: string): Written => ['GIS', [code, '109', '6']];
const own = (code: string, agency = ''): Written => ['GIS', [code, '112', 'ZZZ', ...(agency === '' ? [] : [agency])]];

/** Instants in UTC, with the format that says so in seconds. */
const dtm = (qualifier: string, at: Date): Written => [
  'DTM',
  [qualifier, at.toISOString().replace(/\D/g, '').slice(0, 14), '204'],
];

/** Text in its components of 70 characters, at most five. */
const words = (subject: string, text: string): Written => [
  'FTX',
  subject,
  '',
  '',
  Array.from({ length: Math.min(5, Math.max(1, Math.ceil(text.length / 70))) }, (_, n) =>
    text.slice(n * 70, n * 70 + 70),
  ),
];

/** ERP tells the section and the line, ERC the code, FTX the pointer and the words. */
function errors(problems: readonly Problem[]): Written[] {
  return problems.flatMap(({ code, pointer, says }): Written[] => {
    const text = pointerOf(pointer);
    const line = /68A\[(\d+)\]/.exec(text)?.[1];
    return [
      ['ERP', line === undefined ? '1' : ['2', line]],
      ['ERC', [code, '', 'ZZZ']],
      words('AAO', `${says} (${text})`),
    ];
  });
}

function taxes({ lines, total, currency }: TaxCalculation): { sums: Written[]; details: Written[] } {
  const byType = new Map<string, string>();
  for (const { type, amount } of lines.flatMap((each) => each.taxes)) {
    byType.set(
      type,
      exact(byType.get(type) ?? '0')
        .plus(amount)
        .toFixed(2),
    );
  }
  const money = (amount: string): Written => ['MOA', ['55', amount, currency]];
  return {
    sums: [
      ...[...byType].flatMap(([type, amount]): Written[] => [['TAX', '3', [type, '', 'ZZZ']], money(amount)]),
      ['TAX', '4', ['TOT', '', 'ZZZ']],
      ['MOA', ['161', total, currency]],
    ],
    details: lines.flatMap(({ line, taxes: own }): Written[] => [
      ['CST', String(line)],
      ...own.flatMap(({ type, base, rate, amount }): Written[] => [
        ['TAX', '1', [type, '', 'ZZZ'], '', 'amount' in base ? base.amount : base.kilograms, ['', '', '', rate]],
        money(amount),
      ]),
    ]),
  };
}

/** What has to be deposited on an account, in the currency in which the debt is computed. */
const shortBy = (amount: string, filing: Filing | null): Written[] => [
  ['TAX', '4', ['TOT', '', 'ZZZ']],
  ['MOA', ['22', amount, filing?.calculation?.currency ?? 'EUR']],
];

interface Reply {
  /** 1001: 961 to 964 */
  name: string;
  indicator: Written;
  text?: string;
  dates?: Written[];
  problems?: readonly Problem[];
  calculation?: TaxCalculation | null;
  paymentReference?: string | null;
  missing?: { amount: string; account: string | null };
}

/** What an act is called here; null when this channel says nothing about it. */
function replyOf(speech: Speech): Reply | null {
  const { act, at, calculation, due } = speech;
  const told = (indicator: Written, text?: string): Reply => ({
    name: '964',
    indicator,
    ...(text === undefined ? {} : { text }),
  });
  switch (act.do) {
    case 'register': {
      const awaits = speech.request === null && speech.filing?.declared.kind === 'IMD';
      return { name: '961', indicator: gis(awaits ? INDICATOR.awaitsArrival : INDICATOR.received) };
    }
    case 'accept':
      return { name: '962', indicator: gis(INDICATOR.accepted), dates: [dtm('148', at)], problems: act.warnings };
    case 'reject':
      return {
        name: '963',
        indicator: gis(speech.request ? INDICATOR.denied : INDICATOR.rejected),
        problems: act.problems,
      };
    case 'answer':
      return { name: '962', indicator: gis(act.granted ? INDICATOR.granted : INDICATOR.denied) };
    case 'route':
      if (act.to === 'documents') return told(gis(INDICATOR.documents), 'INVOICE AND PACKING LIST ARE WANTED');
      return act.to === 'physical' ? told(gis(INDICATOR.examination)) : null;
    case 'tax': {
      if (!calculation || act.kind !== 'assessed') return null;
      // The acceptance is told again with its own date: the same fact, with the money.
      const accepted = speech.filing?.acceptedAt;
      return {
        name: '962',
        indicator: gis(INDICATOR.accepted),
        dates: accepted ? [dtm('148', accepted)] : [],
        calculation,
        paymentReference: due?.reference ?? null,
      };
    }
    case 'correct':
      return told(
        own(OWN.corrected),
        `CORRECTED BY CUSTOMS ${act.corrections.map(({ pointer, value }) => `${pointerOf(pointer)} = ${value}`).join(' ')}`,
      );
    case 'release':
      return { ...told(gis(INDICATOR.released)), dates: [dtm('204', at)] };
    case 'clear':
      return {
        ...told(gis(INDICATOR.released)),
        dates: [dtm('58', at), dtm('204', at)],
        calculation: speech.filing?.calculation ?? null,
      };
    case 'hold':
      return told(gis(INDICATOR.detained), act.says);
    case 'lift':
      return told(own(OWN.lifted), act.says);
    case 'suspend':
      return told(own(OWN.suspended), act.says);
    case 'seize':
      return told(own(OWN.seized), act.says);
    case 'agency':
      return told(own(AGENCY[act.decision] ?? AGENCY['review']!, act.code), `${act.code} ${act.decision}`);
    case 'query':
      return told(own(OWN.query), act.says);
    case 'manual':
      return told(own(OWN.manual), act.says);
    case 'invalidate':
      return { ...told(own(OWN.invalidated), act.reason), name: '963' };
    case 'short':
      return {
        ...told(own(OWN.short), `ACCOUNT TOO LOW BY ${act.amount}`),
        missing: { amount: act.amount, account: speech.filing?.current.dan ?? null },
      };
    case 'exam':
    case 'raw':
      return null;
  }
}

/** UN/EDIFACT: one CUSRES D.96B for an act, in an interchange of its own. */
export const edifactVoice: Voice = {
  say(speech: Speech): Said | null {
    const { id, at, act, filing, request, lrn, mrn, hasWrongCount } = speech;
    if (act.do === 'raw') return { code: 'raw', body: act.body };
    const reply = replyOf(speech);
    const course = request ?? filing;
    if (!reply || !course) return null;
    const tax = reply.calculation ? taxes(reply.calculation) : null;
    const body: Written[] = [
      ['BGM', reply.name, mrn || lrn, '9'],
      dtm('137', at),
      ...(reply.dates ?? []),
      ...(reply.text ? [words('ACB', reply.text)] : []),
      reply.indicator,
      ...(filing?.current.importer ? [['NAD', 'IM', [filing.current.importer, '167', 'ZZZ']] as Written] : []),
      ['RFF', ['ABE', lrn]],
      ...(mrn ? [['RFF', ['ABT', mrn]] as Written] : []),
      ['RFF', ['ACW', course.envelope['interchange'] ?? '']],
      ...(reply.paymentReference ? [['RFF', ['PQ', reply.paymentReference]] as Written] : []),
      ...(reply.missing?.account ? [['RFF', ['ABI', reply.missing.account]] as Written] : []),
      ...errors(reply.problems ?? []),
      ...(reply.missing ? shortBy(reply.missing.amount, filing) : []),
      ...(tax?.sums ?? []),
      ...(tax ? [['DOC', '929', lrn] as Written, ...tax.details] : []),
      ['CNT', ['5', String(filing?.current.items.length ?? 0)]],
    ];
    const envelope = {
      sender: CUSTOMS,
      recipient: { id: course.partner, qualifier: course.envelope['qualifier'] ?? 'ZZ' },
      reference: id.slice(0, 14).toUpperCase(),
      at,
      charset: course.envelope['charset'] ?? 'UNOC',
    };
    return { code: reply.name, body: writeInterchange(envelope, 'CUSRES', body, hasWrongCount ? 1 : 0) };
  },
};
