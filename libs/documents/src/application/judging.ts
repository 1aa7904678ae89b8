import { Inject } from '@nestjs/common';
import type { Situation } from '@tidewaiter/contracts';
import type { By, EventStore, Executed, Tx } from '@tidewaiter/event-store';
import { EVENT_STORE } from '@tidewaiter/platform';
import {
  checklist,
  drawnOf,
  judge,
  papersOf,
  partyKey,
  permitKey,
  type Checklist,
  type ChecklistEvent,
  type Judgement,
  type KnownInvoice,
  type Paper,
} from '../domain/index.js';
import {
  drawnByOthers,
  invoicesElsewhere,
  keepDraws,
  papersOfShipment,
  situationOf,
} from '../postgres/documents.repository.js';
import { digestOf } from './digests.js';

export const checklistStream = (shipmentId: string): string => `checklist-${shipmentId}`;

/** Looks at all papers of a shipment after each change, in the transaction of the change. */
export class Judging {
  constructor(@Inject(EVENT_STORE) private readonly store: EventStore) {}

  /** @returns null while no checklist was derived: papers that came early are judged then */
  async judge(tx: Tx, shipmentId: string, by: By): Promise<Executed<Checklist, ChecklistEvent> | null> {
    const situation = await situationOf(tx, shipmentId);
    const { state } = await this.store.load(checklist, tx.tenant, checklistStream(shipmentId), tx);
    if (!situation || state.status === 'none') return null;
    const { papers, confirmed } = await papersOfShipment(tx, shipmentId);
    const history = await this.history(tx, situation, papers);
    const { requirements } = state;
    const accepted = Object.keys(state.accepted);
    const drawnElsewhere = await this.drawnElsewhere(tx, situation, papers);
    const judgement = judge({
      ...{ situation, requirements, papers, confirmed, history },
      drawnElsewhere,
      accepted,
      digestOf,
    });
    await keepDraws(tx, shipmentId, drawsOf(judgement));
    return this.store.execute(checklist, checklistStream(shipmentId), { type: 'JudgePapers', judgement }, by, { tx });
  }

  /** One after the other for each permit, so that two shipments cannot both take the last of it. What the whole took its parts take. */
  private async drawnElsewhere(tx: Tx, { shipmentId, part }: Situation, papers: readonly Paper[]) {
    const found: Record<string, string> = {};
    for (const key of papersOf(papers, 'permit')
      .map(({ facts }) => permitKey(facts.values))
      .sort()) {
      found[key] = await drawnByOthers(tx, key, [shipmentId, ...(part ? [part.of] : [])]);
    }
    return found;
  }

  /** Of the whole that this is a part of the papers are its own. */
  private async history(tx: Tx, { shipmentId, part }: Situation, papers: readonly Paper[]): Promise<KnownInvoice[]> {
    const found: KnownInvoice[] = [];
    for (const { facts } of papersOf(papers, 'invoice')) {
      found.push(...(await invoicesElsewhere(tx, shipmentId, partyKey(facts.values.seller.name), facts.values.number)));
    }
    return found.filter((each) => each.shipmentId !== part?.of);
  }
}

/** What the papers take of permits; nothing while they are not complete. */
const drawsOf = ({ verdict }: Judgement): { permit: string; drawn: string }[] =>
  verdict.kind === 'complete'
    ? verdict.set.documents.flatMap(({ permit }) =>
        permit ? [{ permit: permitKey(permit), drawn: drawnOf(permit) }] : [],
      )
    : [];
