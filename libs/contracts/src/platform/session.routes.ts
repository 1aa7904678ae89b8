import { z } from 'zod';
import { defineRoute } from '../define-route.js';
import { ROLES } from '../names.js';
import { instant } from '../values.js';

export const listEventTypes = defineRoute('platform', 'listEventTypes', 'GET /schemas', {
  summary: 'Every type of event with its versions and the addresses of their schemas',
  access: 'public',
  answer: z.strictObject({
    items: z.array(
      z.strictObject({
        context: z.string(),
        name: z.string(),
        description: z.string(),
        versions: z.array(z.strictObject({ version: z.int(), type: z.string(), schema: z.string() })),
      }),
    ),
  }),
});

/** A path of our own, never an address: nobody is sent elsewhere after signing in. */
const ownPath = z
  .string()
  .max(2000)
  .regex(/^\/(?![/\\])/, 'a path of this site');

export const showSession = defineRoute('platform', 'showSession', 'GET /v1/session', {
  summary: 'Who is signed in, with which roles, and until when',
  access: ROLES,
  answer: z.strictObject({
    subject: z.string(),
    name: z.string(),
    tenant: z.string(),
    roles: z.array(z.enum(ROLES)),
    expiresAt: instant,
    signedInAt: instant.meta({ description: 'When this person last proved who they are' }),
  }),
});

export const listSignIns = defineRoute('platform', 'listSignIns', 'GET /v1/session/sign-ins', {
  summary: 'How to sign in here; the local provider also names its sample users',
  access: 'public',
  answer: z.strictObject({
    issuer: z.string(),
    samples: z.array(z.strictObject({ user: z.string(), name: z.string(), tenant: z.string(), role: z.string() })),
  }),
});

export const beginSignIn = defineRoute('platform', 'beginSignIn', 'GET /sign-in/begin', {
  summary: 'To the OpenID provider: authorization code flow with PKCE',
  access: 'public',
  query: z.strictObject({ to: ownPath.default('/'), as: z.string().max(100).optional() }),
  status: 302,
  produces: 'text/plain',
});

export const finishSignIn = defineRoute('platform', 'finishSignIn', 'GET /signed-in', {
  summary: 'Back from the OpenID provider: the code becomes a session in a sealed cookie',
  access: 'public',
  query: z.looseObject({
    state: z.string().max(200),
    code: z.string().max(2000).optional(),
    error: z.string().max(200).optional(),
  }),
  status: 302,
  produces: 'text/plain',
  problems: ['identity.sign-in.expired', 'identity.sign-in.refused'],
});

export const renewSession = defineRoute('platform', 'renewSession', 'POST /v1/session/renew', {
  summary: 'Stay signed in: the session’s end moves on',
  access: 'public',
  status: 200,
  answer: z.strictObject({ expiresAt: instant }),
  problems: ['identity.session.none', 'identity.session.over', 'identity.origin.foreign'],
});

export const endSession = defineRoute('platform', 'endSession', 'POST /v1/session/end', {
  summary: 'Sign out: the cookie is taken back and its refresh token revoked',
  access: 'public',
  status: 200,
  answer: z.strictObject({ ended: z.literal(true) }),
  problems: ['identity.origin.foreign'],
});
