import type { TariffEvent } from '@tidewaiter/contracts';
import { NotFound, unreachable, WrongState, type Decider } from '@tidewaiter/kernel';

type Named<T extends TariffEvent['type']> = Extract<TariffEvent, { type: T }>;
export type ClassificationEvent = Named<'ClassificationDecided' | 'ClassificationFlagged' | 'ClassificationConfirmed'>;
export type ClassificationGround = Named<'ClassificationDecided'>['data']['ground'];
type Flag = Omit<Named<'ClassificationFlagged'>['data'], 'classificationId' | 'commodity'>;
type Change = Flag['changes'][number];

/** A decision on a code, what of the tariff it rests on, and what became of that since. */
export interface Classification {
  decided: Named<'ClassificationDecided'>['data'] | null;
  ground: ClassificationGround | null;
  /** open ones: a confirmation closes all */
  flags: Flag[];
}

export type ClassificationCommand =
  | ({ type: 'DecideClassification' } & Named<'ClassificationDecided'>['data'])
  | ({ type: 'HoldAgainst' } & Omit<Flag, 'changes' | 'says'> & { now: ClassificationGround | null })
  | { type: 'ConfirmClassification'; reason: string; by: string; ground: ClassificationGround };

/** What of a ground another version changed; a ground that is gone is a code that is gone. */
export function changesOf(before: ClassificationGround, now: ClassificationGround | null): Change[] {
  if (now === null) return ['code-gone'];
  return [
    ...(before.nomenclature === now.nomenclature ? [] : (['nomenclature'] as const)),
    ...(before.rates === now.rates ? [] : (['rates'] as const)),
  ];
}

const WORDS: Record<Change, string> = {
  'code-gone': 'the code is no longer there or can no longer be declared',
  nomenclature: 'the words of the code or of its headings changed',
  rates: 'its measures changed',
};

const must = ({ decided, ground }: Classification) => {
  if (!decided || !ground) throw new NotFound('duties.classification.unknown', 'no such classification');
  return { decided, ground };
};

export const classification: Decider<Classification, ClassificationCommand, ClassificationEvent> = {
  initial: { decided: null, ground: null, flags: [] },
  decide(state, command) {
    switch (command.type) {
      case 'DecideClassification': {
        const { type: _type, ...data } = command;
        return [{ type: 'ClassificationDecided', data }];
      }
      case 'HoldAgainst': {
        const { decided, ground } = must(state);
        const changes = changesOf(ground, command.now);
        if (changes.length === 0 || state.flags.some(({ tariff }) => tariff.tariffId === command.tariff.tariffId))
          return [];
        const { classificationId, commodity } = decided;
        const { tariff, validFrom } = command;
        const says = `From ${validFrom}: ${changes.map((change) => WORDS[change]).join('; ')}`;
        return [
          { type: 'ClassificationFlagged', data: { classificationId, commodity, tariff, validFrom, changes, says } },
        ];
      }
      case 'ConfirmClassification': {
        const { decided } = must(state);
        if (state.flags.length === 0) {
          throw new WrongState('duties.classification.not-flagged', 'nothing has changed since this was decided', {
            advice: 'There is nothing to confirm.',
          });
        }
        const { reason, by, ground } = command;
        return [
          { type: 'ClassificationConfirmed', data: { classificationId: decided.classificationId, reason, by, ground } },
        ];
      }
      default:
        return unreachable(command);
    }
  },
  evolve(state, event) {
    switch (event.type) {
      case 'ClassificationDecided':
        return { decided: event.data, ground: event.data.ground, flags: [] };
      case 'ClassificationFlagged': {
        const { classificationId: _id, commodity: _commodity, ...flag } = event.data;
        return { ...state, flags: [...state.flags, flag] };
      }
      case 'ClassificationConfirmed':
        return { ...state, ground: event.data.ground, flags: [] };
      default:
        return state;
    }
  },
};
