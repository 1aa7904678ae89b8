import { holds, worksOnShipments, type Session } from '../api/session.js';
import { i18n } from '../words/words.js';

export interface Place {
  to: string;
  label: string;
  /** pressed after `g` */
  key: string;
  sees: (session: Session) => boolean;
}

const work = (session: Session): boolean =>
  holds(session, 'operator', 'approver', 'compliance', 'administrator', 'auditor');

/** Five groups, no nesting; what may not be seen is absent. */
export const GROUPS: readonly { name: string; places: readonly Place[] }[] = [
  {
    name: i18n.t('Work'),
    places: [
      {
        to: '/today',
        label: i18n.t('Today'),
        key: 't',
        sees: worksOnShipments,
      },
      { to: '/board', label: i18n.t('Board'), key: 'b', sees: work },
      {
        to: '/screening',
        label: i18n.t('Screening'),
        key: 's',
        sees: (session) => holds(session, 'operator', 'compliance', 'administrator'),
      },
    ],
  },
  {
    name: i18n.t('Set-up'),
    places: [
      { to: '/engagements', label: i18n.t('Engagements'), key: 'e', sees: work },
      { to: '/guarantees', label: i18n.t('Guarantees'), key: 'u', sees: work },
      { to: '/rules', label: i18n.t('Rules'), key: 'r', sees: work },
      { to: '/calculator', label: i18n.t('Calculator'), key: 'c', sees: work },
    ],
  },
  { name: i18n.t('Proof'), places: [{ to: '/audit', label: i18n.t('Audit'), key: 'a', sees: work }] },
  {
    name: i18n.t('Outside'),
    places: [
      {
        to: '/partners',
        label: i18n.t('Partners'),
        key: 'p',
        sees: (session) => holds(session, 'partner', 'administrator', 'operator'),
      },
    ],
  },
  {
    name: i18n.t('House'),
    places: [
      {
        to: '/admin',
        label: i18n.t('Admin'),
        key: 'd',
        sees: (session) => holds(session, 'administrator', 'auditor', 'compliance'),
      },
      {
        to: '/health',
        label: i18n.t('Health'),
        key: 'h',
        sees: (session) => holds(session, 'operator', 'administrator'),
      },
    ],
  },
];
