import type { EventOf, importerRegistered } from '@tidewaiter/contracts';
import type { Decider, IdentifierCheck, LegalDate, Place } from '@tidewaiter/kernel';
import {
  checkDan,
  checkEin,
  checkEori,
  checkJapaneseCorporateNumber,
  checkVat,
  Invalid,
  Refused,
  WrongState,
} from '@tidewaiter/kernel';
import type { Identifier, IdentifierScheme, StandingRule } from './standing.js';
import { groundAgainst } from './standing.js';

export type ImporterEvent = EventOf<typeof importerRegistered>;

export type Importer =
  | { status: 'none' }
  | {
      status: 'registered';
      importerId: string;
      code: string;
      name: string;
      destinations: string[];
      identifiers: Identifier[];
    };

export interface RegisterImporter {
  type: 'RegisterImporter';
  importerId: string;
  code: string;
  name: string;
  destinations: string[];
  identifiers: Identifier[];
  /** rules in force, and the day in the law's calendar on which they are asked */
  rules: readonly StandingRule[];
  on: LegalDate;
}
export type ImporterCommand = RegisterImporter;

const CHECKS: Record<IdentifierScheme, (value: string) => IdentifierCheck> = {
  EORI: checkEori,
  EIN: checkEin,
  VAT: checkVat,
  DAN: checkDan,
  JPCN: checkJapaneseCorporateNumber,
};

/** @throws Invalid `shipments.importer.identifier-invalid` with the place of each fault */
function checked(identifiers: readonly Identifier[]): Identifier[] {
  const faults: Place[] = [];
  const normalised = identifiers.map(({ scheme, value }, index) => {
    const check = CHECKS[scheme](value);
    if (!check.valid) faults.push({ pointer: `/identifiers/${index}/value`, reason: check.reason ?? 'not valid' });
    return { scheme, value: check.normalised };
  });
  if (faults.length > 0) {
    throw new Invalid(
      'shipments.importer.identifier-invalid',
      `${faults.length} identifier(s) do not pass their check`,
      {
        advice: 'Correct the identifiers at the places named; copy them from the registration certificate.',
        places: faults,
      },
    );
  }
  return normalised;
}

function register(state: Importer, command: RegisterImporter): ImporterEvent[] {
  if (state.status === 'registered') {
    throw new WrongState('shipments.importer.registered', 'this importer is registered already');
  }
  const identifiers = checked(command.identifiers);
  const destinations = [...new Set(command.destinations)];
  for (const destination of destinations) {
    const ground = groundAgainst(identifiers, destination, command.rules, command.on);
    if (ground) {
      const index = command.destinations.indexOf(destination);
      throw new Refused(ground.code, ground.says, {
        advice: ground.advice,
        places: [{ pointer: `/destinations/${index}`, reason: ground.says }],
      });
    }
  }
  const { importerId, code, name } = command;
  return [{ type: 'ImporterRegistered', data: { importerId, code, name, destinations, identifiers } }];
}

/** An entity that may stand as importer of record, with the identifiers that prove it. */
export const importer: Decider<Importer, ImporterCommand, ImporterEvent> = {
  initial: { status: 'none' },
  decide: register,
  evolve: (_state, event) => ({ status: 'registered', ...event.data }),
};
