import { Conflict, Forbidden, Invalid, NotFound, Refused, TidewaiterError, Unavailable, WrongState } from './errors.js';

it.each([
  [Invalid, 'invalid'],
  [Refused, 'refused'],
  [WrongState, 'wrong-state'],
  [NotFound, 'not-found'],
  [Conflict, 'conflict'],
  [Forbidden, 'forbidden'],
  [Unavailable, 'unavailable'],
] as const)('%p carries a code, its kind, and what led to it', (Kind, kind) => {
  const cause = new Error('below');
  const error = new Kind('trial.thing.wrong', 'it is wrong', { advice: 'mend it' }, { cause });
  expect(error).toBeInstanceOf(TidewaiterError);
  expect(error).toMatchObject({
    code: 'trial.thing.wrong',
    kind,
    message: 'it is wrong',
    details: { advice: 'mend it' },
    cause,
    name: Kind.name,
  });
});
