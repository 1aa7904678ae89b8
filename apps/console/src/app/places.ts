import { holds, worksOnShipments, type Session } from '../api/session.js';

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
    name: 'Work',
    places: [
      {
        to: '/today',
        label: 'Today',
        key: 't',
        sees: worksOnShipments,
      },
      { to: '/board', label: 'Board', key: 'b', sees: work },
      {
        to: '/screening',
        label: 'Screening',
        key: 's',
        sees: (session) => holds(session, 'operator', 'compliance', 'administrator'),
      },
    ],
  },
  {
    name: 'Set-up',
    places: [
      { to: '/engagements', label: 'Engagements', key: 'e', sees: work },
      { to: '/guarantees', label: 'Guarantees', key: 'u', sees: work },
      { to: '/rules', label: 'Rules', key: 'r', sees: work },
      { to: '/calculator', label: 'Calculator', key: 'c', sees: work },
    ],
  },
  { name: 'Proof', places: [{ to: '/audit', label: 'Audit', key: 'a', sees: work }] },
  {
    name: 'Outside',
    places: [
      {
        to: '/partners',
        label: 'Partners',
        key: 'p',
        sees: (session) => holds(session, 'partner', 'administrator', 'operator'),
      },
    ],
  },
  {
    name: 'House',
    places: [
      {
        to: '/admin',
        label: 'Admin',
        key: 'd',
        sees: (session) => holds(session, 'administrator', 'auditor', 'compliance'),
      },
      { to: '/health', label: 'Health', key: 'h', sees: (session) => holds(session, 'operator', 'administrator') },
    ],
  },
];
