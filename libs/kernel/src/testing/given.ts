/// <reference types="jest" />
import type { Decider, DomainEvent } from '../decider.js';
import { fold } from '../decider.js';
import { TidewaiterError } from '../errors.js';

/** Given / when / then for a decider: `given(...events).when(command).then(...events)`. */
export function specFor<S, C, E extends DomainEvent>(decider: Decider<S, C, E>) {
  return (...past: E[]) => ({
    when: (command: C) => ({
      then: (...expected: E[]) => expect(decider.decide(fold(decider, past), command)).toEqual(expected),
      thenNothing: () => expect(decider.decide(fold(decider, past), command)).toEqual([]),
      thenRefused: (code: string) => {
        let refusal: unknown;
        try {
          decider.decide(fold(decider, past), command);
        } catch (error) {
          refusal = error;
        }
        expect(refusal).toBeInstanceOf(TidewaiterError);
        expect((refusal as TidewaiterError).code).toBe(code);
      },
      thenState: (check: (state: S) => void) => {
        const before = fold(decider, past);
        check(decider.decide(before, command).reduce((state, event) => decider.evolve(state, event), before));
      },
    }),
  });
}
