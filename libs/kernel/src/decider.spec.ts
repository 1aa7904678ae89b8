import { fold, type Decider } from './decider.js';
import { Refused, unreachable } from './errors.js';
import { specFor } from './testing/index.js';

type Door = { open: boolean; passed: number };
type Command = { type: 'Open' } | { type: 'Pass' };
type Event = { type: 'DoorOpened'; data: Record<string, never> } | { type: 'SomeonePassed'; data: { count: number } };

const door: Decider<Door, Command, Event> = {
  initial: { open: false, passed: 0 },
  decide(state, command) {
    if (command.type === 'Open') return state.open ? [] : [{ type: 'DoorOpened', data: {} }];
    if (!state.open) throw new Refused('trial.door.closed', 'the door is closed');
    return [{ type: 'SomeonePassed', data: { count: 1 } }];
  },
  evolve: (state, event) =>
    event.type === 'DoorOpened' ? { ...state, open: true } : { ...state, passed: state.passed + event.data.count },
};
const opened: Event = { type: 'DoorOpened', data: {} };
const given = specFor(door);

describe('a decider', () => {
  it('is folded from its events in order, and starts where it says', () => {
    expect(fold(door, [])).toBe(door.initial);
    expect(
      fold(door, [
        opened,
        { type: 'SomeonePassed', data: { count: 2 } },
        { type: 'SomeonePassed', data: { count: 3 } },
      ]),
    ).toEqual({ open: true, passed: 5 });
    expect(door.initial).toEqual({ open: false, passed: 0 });
  });

  it('is told in given, when, then', () => {
    given().when({ type: 'Open' }).then(opened);
    given(opened).when({ type: 'Open' }).thenNothing();
    given().when({ type: 'Pass' }).thenRefused('trial.door.closed');
    given(opened)
      .when({ type: 'Pass' })
      .thenState((state) => expect(state.passed).toBe(1));
  });

  it('stops at a case that cannot be', () => {
    expect(() => unreachable('other' as never)).toThrow('unreachable: "other"');
  });
});
