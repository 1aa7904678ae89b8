import type { Instant } from '@tidewaiter/kernel';
import { byAuthority, byAuthorityVersion, isAfter, type Notice, type NoticeType } from './notices.js';

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
  debt: Cell;
  funds: Cell;
  release: Cell;
  clearance: Cell;
  request: Cell;
  gaps: string[];
}

/** How the newest version stands on our own side of the wire. */
export type Sending = 'none' | 'sent' | 'unknown';

type OfType<T extends NoticeType> = Extract<Notice, { type: T }>;

const resting = (value: string, notice?: Notice, detail: string | null = null): Cell => ({
  value,
  detail,
  at: notice?.data.authorityTime ?? null,
  version: notice?.data.version ?? null,
  messageId: notice?.data.messageId ?? null,
});

/**
 * The status vector of one version, folded from everything the authority said of it.
 *
 * The notices are put into the order of truth first, so the same facts in any order, any number of times, give the same vector.
 * Facts about an older version are history and move nothing: a rejection is left only by a new version.
 *
 * @see customs-channels: states; order of authority time, precedence, message identity
 */
export function vectorOf(version: number, sending: Sending, notices: readonly Notice[]): StatusVector {
  const current = notices.filter((notice) => notice.data.version === version).sort(byAuthority);
  const all = <T extends NoticeType>(type: T): OfType<T>[] =>
    current.filter((notice): notice is OfType<T> => notice.type === type);
  const last = <T extends NoticeType>(type: T): OfType<T> | undefined => all(type).at(-1);

  const invalidated = last('DeclarationInvalidated');
  const conditional = all('GoodsReleased').find((notice) => notice.data.kind === 'conditional');
  const cleared = all('GoodsReleased').find((notice) => notice.data.kind === 'full');
  const lastRelease = last('GoodsReleased');
  const settles = (notice: Notice): boolean => lastRelease !== undefined && isAfter(lastRelease, notice);

  const { legal, gaps } = legalOf(current, sending, invalidated);

  const control = last('InspectionOrdered');
  const ended = control && [lastRelease, last('DeclarationCorrected')].some((end) => end && isAfter(end, control));
  const papers = last('DocumentsRequested');
  const debt = all('DutyNotified').sort(byAuthorityVersion).at(-1);

  return {
    legal,
    control: control ? resting(ended ? 'done' : control.data.route, control) : resting('none'),
    documents: papers ? resting(settles(papers) ? 'settled' : 'asked', papers, papers.data.due) : resting('none'),
    debt: debt ? resting(debt.data.kind, debt, debt.data.paymentReference) : resting('none'),
    funds: fundsOf(debt, last('PaymentRequired'), lastRelease),
    release: cleared ? resting('full', cleared) : conditional ? resting('conditional', conditional) : resting('held'),
    clearance: cleared ? resting('cleared', cleared) : resting('open'),
    request: requestOf(current),
    gaps: [...gaps, ...numbersOf(current)],
  };
}

/** Legal standing; a release, a secured or a final debt proves the acceptance even when its message was not seen. */
function legalOf(
  current: readonly Notice[],
  sending: Sending,
  invalidated: Notice | undefined,
): { legal: Cell; gaps: string[] } {
  if (invalidated) return { legal: resting('invalidated', invalidated), gaps: [] };
  const said = current.filter(
    (notice) =>
      ['DeclarationRegistered', 'DeclarationAccepted', 'DeclarationRejected'].includes(notice.type) ||
      (notice.type === 'AuthorityNoticeKept' && notice.data.handledOutside),
  );
  // What is accepted stands: a registration or rejection beside it speaks of a request or of another transmission.
  const accepted = said.findLast((notice) => notice.type === 'DeclarationAccepted');
  const standing = accepted ?? said.at(-1);
  const proof = current.find(
    (notice) =>
      notice.type === 'GoodsReleased' || (notice.type === 'DutyNotified' && notice.data.kind !== 'indicative'),
  );
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
      return { legal: resting(sending === 'unknown' && current.length > 0 ? 'sent' : sending), gaps: [] };
  }
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

/** The last answer to a request of ours. What is accepted stands: a rejection after it can only be that of a request. */
function requestOf(current: readonly Notice[]): Cell {
  const accepted = current.find((notice) => notice.type === 'DeclarationAccepted');
  const answer = current.findLast(
    (notice) =>
      notice.type === 'RequestAnswered' ||
      (notice.type === 'DeclarationRejected' && accepted !== undefined && isAfter(notice, accepted)),
  );
  if (!answer) return resting('none');
  const word = answer.type === 'RequestAnswered' ? answer.data.answer : 'rejected';
  return resting(word === 'received' ? 'pending' : word, answer);
}

/** An authority that gave one version two numbers took it twice: the other one has to be withdrawn by a person. */
function numbersOf(current: readonly Notice[]): string[] {
  const named = current.flatMap((notice) => (notice.type === 'AuthorityNoticeKept' ? [] : (notice.data.mrn ?? [])));
  const numbers = [...new Set(named)].sort();
  return numbers.length > 1 ? [`more than one number: ${numbers.join(', ')}`] : [];
}
