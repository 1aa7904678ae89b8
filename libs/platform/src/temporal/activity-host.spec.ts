import { ApplicationFailure } from '@temporalio/common';
import { Conflict, Invalid, NotFound, Refused, Unavailable, WrongState } from '@tidewaiter/kernel';
import { methodsOf, toFailure } from './activity-host.js';

it.each([
  [new Refused('a.b.refused', 'no'), true],
  [new WrongState('a.b.closed', 'no'), true],
  [new Invalid('a.b.bad', 'no'), true],
  [new NotFound('a.b.unknown', 'no'), true],
  [new Conflict('a.b.stale', 'no'), false],
  [new Unavailable('a.b.silent', 'no'), false],
])('%p becomes a failure of its code', (error, final) => {
  const failure = toFailure(error);
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect(failure).toMatchObject({ type: error.code, message: 'no', nonRetryable: final });
  expect((failure as Error).stack).toBe(error.stack);
});

it('leaves a failure of ours as it is: it is tried again', () => {
  const error = new TypeError('undefined is not a function');
  expect(toFailure(error)).toBe(error);
});

it('takes the methods of a service and those it inherits as activities, and not what Nest calls', async () => {
  class Base {
    greet() {
      return this.name();
    }
    name() {
      return 'base';
    }
  }
  class Service extends Base {
    override name() {
      return 'service';
    }
    onboard() {
      return 'onboard';
    }
    onModuleInit() {}
  }
  const methods = methodsOf(new Service());
  expect(Object.keys(methods).sort()).toEqual(['greet', 'name', 'onboard']);
  expect(methods['greet']!()).toBe('service');
});
