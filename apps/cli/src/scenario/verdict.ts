import type { TidewaiterClient } from '@tidewaiter/client';
import { showDossier, showLedger } from '@tidewaiter/contracts';
import { z } from 'zod';
import type { House } from '../house.js';
import { verifyLog } from '../verify.js';
import { differing, type Known } from './acts.js';
import type { TimelineEntry } from './player.js';
import type { Scenario } from './schema.js';

export interface Verdict {
  passed: boolean;
  checks: { says: string; holds: boolean }[];
}

interface Case {
  scenario: Scenario;
  house: House;
  /** the shipment, then its parts where it was split; empty for a story without one */
  shipments: readonly { shipmentId: string; reference: string; stage: string }[];
  timeline: readonly TimelineEntry[];
  /** the act that was not done, and why; null when all were */
  undone: string | null;
  /** what expectations may speak of */
  known: Known;
  auditor: TidewaiterClient;
  operator: TidewaiterClient;
}

const nameOf = (entry: TimelineEntry): string => `${entry.context}.${entry.name}`;

/** The first expected event that is not found in order inside its own context; null when all are. */
export function firstMissing(
  expected: readonly string[],
  timeline: readonly Pick<TimelineEntry, 'context' | 'name'>[],
): string | null {
  const contexts = new Set(expected.map((name) => name.split('.')[0]));
  for (const context of contexts) {
    const happened = timeline
      .filter((entry) => entry.context === context)
      .map((entry) => `${entry.context}.${entry.name}`);
    let from = 0;
    for (const name of expected.filter((each) => each.startsWith(`${context}.`))) {
      const index = happened.indexOf(name, from);
      if (index < 0) return name;
      from = index + 1;
    }
  }
  return null;
}

const bankLedger = z.looseObject({ debits: z.array(z.looseObject({ shipment: z.string() })) });

async function simulators(house: House, path: string): Promise<unknown> {
  const answer = await fetch(`${house.run().simulators}${path}`, {
    headers: { Authorization: `Bearer ${house.secret('simulatorAdminToken')}` },
  });
  return answer.json();
}

const receivedFilings = z.looseObject({ items: z.array(z.looseObject({ lrn: z.string() })) });
const authorityDossier = z.looseObject({ declared: z.looseObject({}) });

/** The newest declaration of a shipment as the authority read it; null when none came. */
async function declaredOf(house: House, reference: string): Promise<unknown> {
  const asked = `/authority/received?reference=${encodeURIComponent(reference)}`;
  const last = receivedFilings.parse(await simulators(house, asked)).items.at(-1);
  if (!last) return null;
  const found = await simulators(house, `/authority/declarations/${encodeURIComponent(last.lrn)}`);
  return authorityDossier.parse(found).declared;
}

/** Debits the bank made for the shipments, by the bank's own ledger. */
async function debitsOf(house: House, references: readonly string[]): Promise<number> {
  return bankLedger
    .parse(await simulators(house, '/bank/ledger'))
    .debits.filter((debit) => references.includes(debit.shipment)).length;
}

/** The verdict, read from the public API, the simulators' own ledgers and the log's proofs. */
export async function judge({
  scenario,
  house,
  shipments,
  timeline,
  undone,
  known,
  auditor,
  operator,
}: Case): Promise<Verdict> {
  const { expect } = scenario;
  const checks: Verdict['checks'] = [];
  const check = (says: string, holds: boolean) => void checks.push({ says, holds });
  if (scenario.acts.length > 0) check(undone ?? 'people did and saw what the story says', undone === null);
  const [whole, ...parts] = shipments;
  if (!whole) return { passed: checks.every((each) => each.holds), checks };
  const { stage } = whole;
  check(`stage ${expect.stage}${stage === expect.stage ? '' : `, but it is ${stage}`}`, stage === expect.stage);
  for (const part of parts) check(`part ${part.reference} is archived`, part.stage === 'archived');
  if (expect.events.length > 0) {
    const missing = firstMissing(expect.events, timeline);
    check(missing === null ? 'events in order' : `${missing} did not happen in its place`, missing === null);
  }
  for (const never of expect.never) {
    const [name = '', times = 'x1'] = never.split(' ');
    const count = timeline.filter((entry) => nameOf(entry) === name).length;
    check(`never ${never}`, count < Number(times.slice(1)));
  }
  if (expect.ledger?.balanced !== undefined) {
    for (const { shipmentId } of shipments) {
      const ledger = await operator.call(showLedger, { params: { shipmentId } });
      check('ledger balanced', ledger.balanced === expect.ledger.balanced);
    }
  }
  if (expect.ledger?.debits !== undefined) {
    const debits = await debitsOf(
      house,
      shipments.map(({ reference }) => reference),
    );
    check(
      `${expect.ledger.debits} debit${expect.ledger.debits === 1 ? '' : 's'} at the bank${debits === expect.ledger.debits ? '' : `, but there are ${debits}`}`,
      debits === expect.ledger.debits,
    );
  }
  if (Object.keys(expect.declared).length > 0) {
    const wrong = differing(await declaredOf(house, whole.reference), expect.declared, known);
    check(wrong === null ? 'the authority read what was to be declared' : `declared: ${wrong}`, wrong === null);
  }
  if (expect.audit?.verified) {
    const dossiers = await Promise.all(
      shipments.map(({ shipmentId }) => auditor.call(showDossier, { params: { shipmentId } })),
    );
    const proof = await verifyLog(auditor, scenario.tenant);
    const sealed = dossiers.every((dossier) => dossier.sealed);
    check(proof.holds ? 'audit verified' : `audit not verified: ${proof.says}`, sealed && proof.holds);
  }
  return { passed: checks.every((each) => each.holds), checks };
}
