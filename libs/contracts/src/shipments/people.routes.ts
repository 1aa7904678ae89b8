import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { ROLES } from '../names.js';
import { instant } from '../values.js';

const role = z.enum(ROLES);
const conflict = z.strictObject({ roles: z.tuple([role, role]), because: z.string() });

export const listPeople = defineRoute('shipments', 'listPeople', 'GET /v1/people', {
  summary: 'People of the tenant who were here: the roles they came with, and what of these does not go together',
  description:
    'Roles are granted at the OpenID provider and arrive in its tokens: here nobody is made and no role is given. Whoever was last seen comes first.',
  access: ['administrator', 'auditor'],
  answer: z.strictObject({
    grantedBy: z.url().meta({ description: 'the OpenID provider at which roles are granted' }),
    people: z.array(
      z.strictObject({
        subject: z.string(),
        name: z.string(),
        roles: z.array(role),
        rolesSince: instant.meta({ description: 'when this person first came with exactly these roles' }),
        firstSeen: instant,
        lastSeen: instant.meta({ description: 'to the minute' }),
        conflicts: z.array(conflict),
      }),
    ),
    roles: z.array(z.strictObject({ role, may: z.string() })),
    conflicts: z.array(conflict).meta({ description: 'every pair of roles that one person must not have' }),
  }),
});
