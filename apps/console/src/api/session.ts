import { showSession, type AnswerOf, type Role } from '@tidewaiter/contracts';
import { i18n } from '../words/words.js';
import { useRoute } from './queries.js';

export type Session = AnswerOf<typeof showSession>;

/** Who is signed in. Inside the frame it is always known. */
export function useSession(): Session {
  const { data } = useRoute(showSession);
  if (!data) throw new Error(i18n.t('outside of the frame nobody is signed in'));
  return data;
}

export const holds = (session: Session, ...roles: readonly Role[]): boolean =>
  session.roles.some((role) => roles.includes(role));

/** Whether somebody works on shipments, and not only looks at them. */
export const worksOnShipments = (session: Session): boolean =>
  holds(session, 'operator', 'approver', 'compliance', 'administrator');

/** Where a role begins its day. */
export function landingOf({ roles }: Pick<Session, 'roles'>): string {
  if (roles.includes('auditor')) return '/audit';
  if (roles.includes('partner')) return '/partners';
  return '/today';
}
