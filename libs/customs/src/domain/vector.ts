import type { Instant } from '@tidewaiter/kernel';
import { CUSTOMS } from './facts.js';
import { byAuthority, byAuthorityVersion, isAfter, type Notice, type NoticeType } from './notices.js';
import type { Ours, Request } from './ours.js';

export interface Cell {
  value: string;
  detail: string | null;
  at: Instant | null;
  version: number | null;
  messageId: string | null;
}

export interface StatusVector {
  legal: Cell;
  control: Cell;
  documents: Cell;
  query: Cell;
  debt: Cell;
  funds: Cell;
  release: Cell;
  clearance: Cell;
  request: Cell;
  /** the entry summary, where the debt is a filing of its own */
  summary?: Cell;
  /** by agency: the worst that stands of what it decided */
  agencies: Record<string, Cell>;
  /** by line number and by bill: the worst that any agency has standing there */
  lines: Record<string, Cell>;
  bills: Record<string, Cell>;
  /** what became of goods that are not cleared, by our own decision */
  disposal: Cell;
  /** what must have happened but was not seen */
  gaps: string[];
}

/** How the newest version stands on our own side of the wire. */
export type Sending = 'none' | 'sent' | 'unknown';

type OfType<T extends NoticeType> = Extract<Notice, { type: T }>;
type AgencyNotice = OfType<'HoldPlaced' | 'HoldLifted' | 'AgencyReviewed'>;

/** What an agency may have standing, from harmless to final. */
const SEVERITY = ['proceed', 'reviewing', 'documents', 'exam', 'hold', 'detained', 'refused'];
const worse = (a: Cell, b: Cell): Cell => (SEVERITY.indexOf(b.value) > SEVERITY.indexOf(a.value) ? b : a);

/** Whether a cell of an agency keeps the goods where they are. */
export const stops = (cell: Cell): boolean => ['hold', 'detained', 'refused'].includes(cell.value);

const resting = (value: string, notice?: Notice, detail: string | null = null): Cell => ({
  value,
  detail,
  at: notice?.data.authorityTime ?? null,
  version: notice?.data.version ?? null,
  messageId: notice?.data.messageId ?? null,
});

/** A cell that rests on an act of our own. */
const byUs = (value: string, at: Instant, version: number, detail: string | null = null): Cell => ({
  value,
  detail,
  at,
  version,
  messageId: null,
});

const NOTHING: Ours = { requests: [], papersSent: [], answered: [], disposal: null };

/** Notices of one version in the order of truth, asked by kind. */
class Told {
  readonly all: readonly Notice[];

  constructor(version: number, notices: readonly Notice[]) {
    this.all = notices.filter((notice) => notice.data.version === version).sort(byAuthority);
  }

  every<T extends NoticeType>(...types: T[]): OfType<T>[] {
    return this.all.filter((notice): notice is OfType<T> => (types as string[]).includes(notice.type));
  }

  last<T extends NoticeType>(...types: T[]): OfType<T> | undefined {
    return this.every(...types).at(-1);
  }

  reversal(of: 'seized' | 'invalidated'): Notice | undefined {
    return this.every('OutcomeReversed').findLast((notice) => notice.data.of === of);
  }
}

/**
 * The status vector of one version, folded from everything the authority said of it and what we did about it.
 *
 * The notices are put into the order of truth first, so the same facts in any order, any number of times, give the same vector.
 * Facts about an older version are history and move nothing: a rejection is left only by a new version.
 *
 * @param ours requests, papers and decisions of our own, in the order they were made
 * @see customs-channels: states; order of authority time, precedence, message identity
 */
export function vectorOf(
  version: number,
  sending: Sending,
  notices: readonly Notice[],
  ours: Ours = NOTHING,
): StatusVector {
  const told = new Told(version, notices);
  const released = told.last('GoodsReleased');
  const debt = told.every('DutyNotified').sort(byAuthorityVersion).at(-1);
  const cleared = told.every('GoodsReleased').find((notice) => notice.data.kind === 'full');
  const { legal, gaps } = legalOf(told, sending);
  const agencies = agenciesOf(told, released);
  return {
    legal,
    control: controlOf(told, released),
    documents: documentsOf(told, released, ours),
    query: queryOf(told, ours),
    debt: debt ? resting(debt.data.kind, debt, debt.data.paymentReference) : resting('none'),
    funds: fundsOf(debt, told.last('PaymentRequired'), released),
    release: releaseOf(told),
    clearance: cleared ? resting('cleared', cleared) : resting('open'),
    request: requestOf(told, ours),
    ...summaryOf(told, ours.summaries ?? []),
    agencies: agencies.agencies,
    lines: agencies.lines,
    bills: agencies.bills,
    disposal: ours.disposal ? byUs(ours.disposal.how, ours.disposal.at, ours.disposal.version) : resting('none'),
    gaps: [
      ...gaps,
      ...numbersOf(told),
      ...agencies.gaps,
      ...(cleared && debt && debt.data.kind !== 'final' ? ['final statement of the debt not seen'] : []),
    ],
  };
}

/** Legal standing; a release, a secured or a final debt proves the acceptance even when its message was not seen. */
function legalOf(told: Told, sending: Sending): { legal: Cell; gaps: string[] } {
  const invalidated = told.last('DeclarationInvalidated');
  const reversed = told.reversal('invalidated');
  if (invalidated && !(reversed && isAfter(reversed, invalidated))) {
    return { legal: resting('invalidated', invalidated), gaps: [] };
  }
  const said = told.all.filter(
    (notice) =>
      ['DeclarationRegistered', 'DeclarationAccepted', 'DeclarationRejected'].includes(notice.type) ||
      (notice.type === 'AuthorityNoticeKept' && notice.data.handledOutside),
  );
  // What is accepted stands: a registration or rejection beside it speaks of a request or of another transmission.
  const accepted = said.findLast((notice) => notice.type === 'DeclarationAccepted');
  const standing = accepted ?? said.at(-1);
  const proof =
    told.all.find(
      (notice) =>
        notice.type === 'GoodsReleased' || (notice.type === 'DutyNotified' && notice.data.kind !== 'indicative'),
    ) ?? reversed;
  if (proof && !accepted && standing?.type !== 'DeclarationRejected') {
    return { legal: resting('accepted', proof), gaps: ['acceptance not seen'] };
  }
  switch (standing?.type) {
    case 'DeclarationAccepted':
      return { legal: resting('accepted', standing), gaps: [] };
    case 'DeclarationRejected':
      return { legal: resting('rejected', standing), gaps: [] };
    case 'DeclarationRegistered':
      return { legal: resting('registered', standing), gaps: [] };
    case 'AuthorityNoticeKept':
      return { legal: resting('manual', standing), gaps: [] };
    default:
      return { legal: resting(sending === 'unknown' && told.all.length > 0 ? 'sent' : sending), gaps: [] };
  }
}

/** An examination ends with the release, or with the correction that it led to. */
function controlOf(told: Told, released: Notice | undefined): Cell {
  const control = told.last('InspectionOrdered');
  if (!control) return resting('none');
  const ended = [released, told.last('DeclarationCorrected')].some((end) => end && isAfter(end, control));
  return resting(ended ? 'done' : control.data.route, control);
}

function documentsOf(told: Told, released: Notice | undefined, ours: Ours): Cell {
  const asked = told.last('DocumentsRequested');
  if (!asked) return resting('none');
  if (released && isAfter(released, asked)) return resting('settled', asked, asked.data.due);
  const sent = ours.papersSent.find((at) => at > asked.data.authorityTime);
  return resting(sent ? 'sent' : 'asked', asked, asked.data.due);
}

/** A question is open until it is answered; it is the oldest open one that is shown, as its clock runs out first. */
function queryOf(told: Told, ours: Ours): Cell {
  const asked = told.every('QueryReceived');
  const open = asked.find((query) => !ours.answered.includes(query.data.queryId));
  if (open) return resting('open', open, open.data.due);
  const last = asked.at(-1);
  return last ? resting('answered', last, last.data.due) : resting('none');
}

function fundsOf(
  debt: OfType<'DutyNotified'> | undefined,
  short: OfType<'PaymentRequired'> | undefined,
  released: Notice | undefined,
): Cell {
  const lifted =
    short && [debt?.data.kind === 'final' ? debt : undefined, released].some((by) => by && isAfter(by, short));
  if (short && !lifted) {
    return resting('short', short, short.data.amount && `${short.data.amount.amount} ${short.data.amount.currency}`);
  }
  if (debt?.data.paymentReference && !(released && isAfter(released, debt))) {
    return resting('due', debt, debt.data.paymentReference);
  }
  return resting('ok', debt);
}

/** A recall, a refusal or a seizure stands until a newer release; a seizure only ends by a decision that a person recorded. */
function releaseOf(told: Told): Cell {
  const seized = told.last('GoodsSeized');
  const reversed = told.reversal('seized');
  if (seized && !(reversed && isAfter(reversed, seized))) return resting('seized', seized, seized.data.reason || null);
  const stopped = told.last('ReleaseSuspended');
  const releases = told.every('GoodsReleased').filter((release) => isAfter(release, stopped));
  const release = releases.find(({ data }) => data.kind === 'full') ?? releases[0];
  if (release) return resting(release.data.kind, release);
  return stopped ? resting(stopped.data.refused ? 'refused' : 'suspended', stopped) : resting('held');
}

/**
 * The answer to our newest request, and to none before it. An arrival counts as granted when the acceptance comes, a cancellation
 * when the declaration is invalidated. What is accepted stands: a rejection after it can only be that of a request.
 */
function requestOf(told: Told, ours: Ours): Cell {
  const request = ours.requests.at(-1);
  const accepted = told.last('DeclarationAccepted');
  const summaries = (ours.summaries ?? []).map((each) => each.request);
  const answers = told.all.filter(
    (notice): notice is OfType<'RequestAnswered' | 'DeclarationRejected'> =>
      (notice.type === 'RequestAnswered' &&
        !summaries.includes(notice.data.request ?? 0) &&
        (request === undefined || notice.data.request === request.request || isUnnamed(notice, request))) ||
      (notice.type === 'DeclarationRejected' && accepted !== undefined && isAfter(notice, accepted) && !request),
  );
  const answer = request ? lastWord(answers) : answers.at(-1);
  const word = answer?.type === 'RequestAnswered' ? answer.data.answer : answer && 'rejected';
  if (answer && word !== 'received') return resting(word ?? 'none', answer, request?.purpose);
  if (!request) return answer ? resting('pending', answer) : resting('none');
  const granted = {
    arrive: accepted,
    cancel: told.last('DeclarationInvalidated'),
    amend: undefined,
    summarise: undefined,
  }[request.purpose];
  if (granted) return resting('granted', granted, request.purpose);
  if (request.refused) return byUs('rejected', request.madeAt, request.version, request.purpose);
  return answer
    ? resting('pending', answer, request.purpose)
    : byUs('pending', request.madeAt, request.version, request.purpose);
}

/** Of one request: that it was received is never the last word beside another, also where both bear the same second. */
const lastWord = <T extends OfType<'RequestAnswered' | 'DeclarationRejected'>>(answers: readonly T[]): T | undefined =>
  answers.findLast((each) => each.type !== 'RequestAnswered' || each.data.answer !== 'received') ?? answers.at(-1);

/** The newest entry summary, where one was filed: its own state beside that of the release. */
function summaryOf(told: Told, summaries: readonly Request[]): { summary?: Cell } {
  const filed = summaries.at(-1);
  if (!filed) return {};
  const answer = lastWord(told.every('RequestAnswered').filter(({ data }) => data.request === filed.request));
  const words = { received: 'pending', granted: 'accepted', denied: 'denied', rejected: 'rejected' } as const;
  if (answer) return { summary: resting(words[answer.data.answer], answer, filed.lrn) };
  const own = filed.refused ? 'refused' : { open: 'sent', received: 'sent', unknown: 'unknown' }[filed.outcome];
  return { summary: byUs(own, filed.madeAt, filed.version, filed.lrn) };
}

/** An answer that names no request is one to the newest, if it is not older; authorities tell whole seconds. */
const isUnnamed = ({ data }: OfType<'RequestAnswered'>, request: Request): boolean =>
  data.request === undefined && data.authorityTime.slice(0, 19) >= request.madeAt.slice(0, 19);

const decisionOf = (notice: AgencyNotice): string => (notice.type === 'HoldLifted' ? 'proceed' : notice.data.decision);

/**
 * Decisions of agencies, each by its own time for (agency, entry | bill | line). A newer decision about the whole entry is one about
 * all its parts. A newer release ends what customs itself holds, and the unseen lifting is a gap; another agency's hold ends only by it.
 */
function agenciesOf(
  told: Told,
  released: Notice | undefined,
): Pick<StatusVector, 'agencies' | 'lines' | 'bills' | 'gaps'> {
  const newest = new Map<string, { notice: AgencyNotice; place: string }>();
  for (const notice of told.every('HoldPlaced', 'HoldLifted', 'AgencyReviewed')) {
    const { agency, bill, lines } = notice.data;
    const places =
      bill !== null ? [`bill ${bill}`] : lines.length > 0 ? lines.map((line) => `line ${line}`) : ['entry'];
    if (places[0] === 'entry') for (const key of newest.keys()) if (key.startsWith(`${agency}\n`)) newest.delete(key);
    for (const place of places) newest.set(`${agency}\n${place}`, { notice, place });
  }
  const found: Pick<StatusVector, 'agencies' | 'lines' | 'bills' | 'gaps'> = {
    agencies: {},
    lines: {},
    bills: {},
    gaps: [],
  };
  const put = (cells: Record<string, Cell>, key: string, cell: Cell): void => {
    cells[key] = cells[key] ? worse(cells[key], cell) : cell;
  };
  for (const { notice, place } of [...newest.values()].sort((a, b) => (a.place < b.place ? -1 : 1))) {
    const { agency, bill } = notice.data;
    const endedByRelease = agency === CUSTOMS && released !== undefined && isAfter(released, notice);
    const decision = decisionOf(notice);
    const cell = resting(endedByRelease ? 'proceed' : decision, notice, notice.data.says || null);
    if (endedByRelease && stops(resting(decision)))
      found.gaps.push(`lifting of the hold of customs on ${place} not seen`);
    put(found.agencies, agency, cell);
    if (bill !== null) put(found.bills, bill, cell);
    else if (place.startsWith('line ')) put(found.lines, place.slice(5), cell);
  }
  return found;
}

/** An authority that gave one version two numbers took it twice: the other one has to be withdrawn by a person. */
function numbersOf(told: Told): string[] {
  const named = told.all.flatMap((notice) => (notice.type === 'AuthorityNoticeKept' ? [] : (notice.data.mrn ?? [])));
  const numbers = [...new Set(named)].sort();
  return numbers.length > 1 ? [`more than one number: ${numbers.join(', ')}`] : [];
}
