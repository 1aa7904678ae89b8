import { Conflict, Forbidden, Invalid, NotFound, Refused, Unavailable, WrongState } from '@tidewaiter/kernel';
import { Unauthenticated } from '../identity/caller.js';
import { problemOf, statusOf } from './problems.js';

it.each([
  [new Invalid('trial.thing.odd', ''), 400],
  [new Invalid('http.if-match.missing', ''), 428],
  [new Invalid('documents.file.too-large', ''), 413],
  [new Invalid('documents.file.type-not-allowed', ''), 415],
  [new Invalid('http.media-type.unsupported', ''), 415],
  [new Refused('trial.thing.refused', ''), 422],
  [new WrongState('trial.thing.closed', ''), 409],
  [new NotFound('trial.thing.unknown', ''), 404],
  [new Conflict('http.idempotency-key.running', ''), 409],
  [new Conflict('event-store.version.stale', ''), 412],
  [new Conflict('event-store.command.differs', ''), 422],
  [new Forbidden('identity.role.missing', ''), 403],
  [new Unauthenticated('identity.token.expired', ''), 401],
  [new Unavailable('trial.bank.silent', ''), 503],
])('%p is told as %i', (error, status) => {
  expect(statusOf(error)).toBe(status);
  expect(problemOf(error)).toMatchObject({ status, code: error.code, type: `/problems/${error.code}` });
});

it('says what happened, where, and what to do, and nothing of what lies behind', () => {
  const details = {
    advice: 'count again',
    places: [{ pointer: 'body/lines/0', reason: 'negative' }],
    facts: { line: 1 },
  };
  const cause = new Error('select * from secrets');
  expect(problemOf(new Invalid('trial.line.negative', 'A quantity is negative.', details, { cause }))).toEqual({
    type: '/problems/trial.line.negative',
    title: 'The request cannot be understood',
    status: 400,
    code: 'trial.line.negative',
    detail: 'A quantity is negative.',
    ...details,
  });
});
