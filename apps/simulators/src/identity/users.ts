export const TENANTS = ['acme', 'globex'] as const;
export const ROLES = ['operator', 'approver', 'compliance', 'auditor', 'partner', 'administrator'] as const;

type Role = (typeof ROLES)[number];

export interface SampleUser {
  /** subject of the tokens: `approver-2@acme` */
  id: string;
  tenant: string;
  roles: Role[];
  name: string;
  email: string;
}

const FIRST: Record<Role, [string, string]> = {
  operator: ['Olga', 'Oscar'],
  approver: ['Amara', 'Anton'],
  compliance: ['Clara', 'Cem'],
  auditor: ['Aiko', 'Axel'],
  partner: ['Paula', 'Pablo'],
  administrator: ['Ada', 'Ali'],
};

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

/** Two people of every role in each tenant: the second is `<role>-2`, for what needs four eyes. */
export const SAMPLE_USERS: readonly SampleUser[] = TENANTS.flatMap((tenant) =>
  ROLES.flatMap((role) =>
    FIRST[role].map((name, index) => {
      const local = index === 0 ? role : `${role}-${index + 1}`;
      return {
        id: `${local}@${tenant}`,
        tenant,
        roles: [role],
        name: `${name} ${capital(role)} (${capital(tenant)})`,
        email: `${local}@${tenant}.example`,
      };
    }),
  ),
);

/** By id or e-mail address. */
export const sampleUser = (id: string): SampleUser | undefined =>
  SAMPLE_USERS.find((user) => user.id === id || user.email === id);
