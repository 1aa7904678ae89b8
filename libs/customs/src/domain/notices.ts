import type { CustomsEvent } from '@tidewaiter/contracts';
import type { Instant } from '@tidewaiter/kernel';

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
  'AuthorityNoticeKept',
] as const;

export type NoticeType = (typeof NOTICES)[number];

/** What the authority said of one version of a declaration, at its own time. */
export type Notice = Extract<CustomsEvent, { type: NoticeType }>;

export const isNotice = (event: CustomsEvent): event is Notice => (NOTICES as readonly string[]).includes(event.type);

/**
 * Which of two statements of one second comes first: registered, accepted, indicative tax, documents, control, answer to a
 * request, secured tax, released, final tax, corrected, cleared, invalidated. What no list names comes before all.
 */
export function precedenceOf(notice: Notice): number {
  switch (notice.type) {
    case 'AuthorityNoticeKept':
      return 0;
    case 'DeclarationRegistered':
      return 1;
    case 'DeclarationRejected':
      return 2;
    case 'DeclarationAccepted':
      return 3;
    case 'DutyNotified':
      return { indicative: 4, secured: 8, final: 11 }[notice.data.kind];
    case 'DocumentsRequested':
      return 5;
    case 'InspectionOrdered':
      return 6;
    case 'RequestAnswered':
      return 7;
    case 'PaymentRequired':
      return 9;
    case 'GoodsReleased':
      return notice.data.kind === 'conditional' ? 10 : 13;
    case 'DeclarationCorrected':
      return 12;
    case 'DeclarationInvalidated':
      return 14;
  }
}

const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Order of truth: the authority's time, then precedence, then the message's identity; never the order of arrival. */
export const byAuthority = (a: Notice, b: Notice): number =>
  text(a.data.authorityTime, b.data.authorityTime) ||
  precedenceOf(a) - precedenceOf(b) ||
  text(a.data.messageId, b.data.messageId) ||
  text(a.type, b.type);

/** A notice is later than another in the order of truth; later than nothing is always true. */
export const isAfter = (a: Notice, b: Notice | undefined): boolean => b === undefined || byAuthority(a, b) > 0;

/** The order inside a set of statements about debt: the authority's version of the declaration comes before its time. */
export const byAuthorityVersion = (a: Notice, b: Notice): number =>
  (a.data.authorityVersion ?? 1) - (b.data.authorityVersion ?? 1) || byAuthority(a, b);

export const instantOfNotice = (notice: Notice | undefined): Instant | null => notice?.data.authorityTime ?? null;
