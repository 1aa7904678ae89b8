import type { Role } from '@tidewaiter/contracts';

/** What a role may do, in a sentence. */
export const MAY: Readonly<Record<Role, string>> = {
  operator: 'works on shipments: opens, classifies, corrects, files, books; sets up importers and engagements',
  approver: 'approves payments that others prepared',
  compliance: 'decides screening hits, places holds, approves disposal, answers queries of the authorities',
  auditor: 'sees everything of the tenant and changes nothing: verifies, replays, takes evidence away',
  partner: 'a program outside: opens shipments, hands in documents, receives events',
  administrator: 'sets up importers, guarantees and engagements, gives outside keys, lifts holds that others placed',
};

export interface RoleConflict {
  roles: [Role, Role];
  because: string;
}

const apart = (a: Role, b: Role, because: string): RoleConflict => ({ roles: [a, b], because });
const INSIDE: readonly Role[] = ['operator', 'approver', 'compliance', 'administrator'];

/**
 * Pairs of roles that one person must not have, with the reason. What a person does with both is refused act by act, where it can be told
 * (own payments, own holds, own screening hits); this is what such a check does not reach.
 */
export const ROLE_CONFLICTS: readonly RoleConflict[] = [
  apart('operator', 'approver', 'two of them could approve for each other what both of them enter'),
  apart('operator', 'compliance', 'who moves a shipment would decide whether it may move'),
  apart(
    'administrator',
    'approver',
    'who registers importers and their guarantees would approve what is paid for them',
  ),
  ...INSIDE.map((role) => apart('auditor', role, 'who audits changes nothing')),
  ...[...INSIDE, 'auditor' as const].map((role) => apart('partner', role, 'a program outside has no part inside')),
];

/** What of somebody's roles does not go together. */
export const conflictsOf = (roles: readonly Role[]): RoleConflict[] =>
  ROLE_CONFLICTS.filter((conflict) => conflict.roles.every((role) => roles.includes(role)));
