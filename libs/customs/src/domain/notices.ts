import type { CustomsEvent } from '@tidewaiter/contracts';

const NOTICES = [
  'DeclarationRegistered',
  'DeclarationAccepted',
  'DeclarationRejected',
  'InspectionOrdered',
  'DocumentsRequested',
  'DutyNotified',
  'GoodsReleased',
  'DeclarationCorrected',
  'DeclarationInvalidated',
  'PaymentRequired',
  'RequestAnswered',
  'HoldPlaced',
  'HoldLifted',
  'AgencyReviewed',
  'ReleaseSuspended',
  'GoodsSeized',
  'QueryReceived',
  'OutcomeReversed',
  'AuthorityNoticeKept',
] as const;

export type NoticeType = (typeof NOTICES)[number];

/** What the authority said of one version of a declaration, at its own time. */
export type Notice = Extract<CustomsEvent, { type: NoticeType }>;

export const isNotice = (event: CustomsEvent): event is Notice => (NOTICES as readonly string[]).includes(event.type);

/** Precedence inside one second, by kind; debt and release by their stage. What no list names comes before all. */
const PRECEDENCE: Record<Exclude<NoticeType, 'DutyNotified' | 'GoodsReleased'>, number> = {
  AuthorityNoticeKept: 0,
  DeclarationRegistered: 1,
  DeclarationRejected: 2,
  DeclarationAccepted: 3,
  DocumentsRequested: 5,
  QueryReceived: 5,
  InspectionOrdered: 6,
  AgencyReviewed: 6,
  HoldPlaced: 7,
  HoldLifted: 8,
  RequestAnswered: 9,
  PaymentRequired: 11,
  DeclarationCorrected: 14,
  ReleaseSuspended: 16,
  GoodsSeized: 17,
  DeclarationInvalidated: 18,
  OutcomeReversed: 19,
};

/**
 * Which of two statements of one second comes first: registered, accepted, indicative tax, documents, control, holds, answer to a
 * request, secured tax, released, final tax, corrected, cleared, recalled, seized, invalidated.
 */
export function precedenceOf(notice: Notice): number {
  if (notice.type === 'DutyNotified') return { indicative: 4, secured: 10, final: 13 }[notice.data.kind];
  if (notice.type === 'GoodsReleased') return notice.data.kind === 'conditional' ? 12 : 15;
  return PRECEDENCE[notice.type];
}

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Order of truth: the authority's time, then precedence, then the message's identity; never the order of arrival. Two statements of
 * one message that agree in all that are ordered by what they say.
 */
export const byAuthority = (a: Notice, b: Notice): number =>
  text(a.data.authorityTime, b.data.authorityTime) ||
  precedenceOf(a) - precedenceOf(b) ||
  text(a.data.messageId, b.data.messageId) ||
  text(a.type, b.type) ||
  (a === b ? 0 : text(JSON.stringify(a.data), JSON.stringify(b.data)));

/** A notice is later than another in the order of truth; later than nothing is always true. */
export const isAfter = (a: Notice, b: Notice | undefined): boolean => b === undefined || byAuthority(a, b) > 0;

/** The order inside a set of statements about debt: the authority's version of the declaration comes before its time. */
export const byAuthorityVersion = (a: Notice, b: Notice): number =>
  (a.data.authorityVersion ?? 1) - (b.data.authorityVersion ?? 1) || byAuthority(a, b);
