import { allHandlersFinished, condition, workflowInfo } from '@temporalio/workflow';
import type { ShipmentRef } from '@tidewaiter/contracts';
import { listen, listenForSplit } from './messages.js';
import { assessDuties, reserveGuarantee } from './stages/assess-duties.js';
import { watchRelease } from './stages/after-release.js';
import { clearance, type Filing } from './stages/clearance.js';
import { collectDocuments } from './stages/collect-documents.js';
import { delivery } from './stages/delivery.js';
import { engage } from './stages/engage.js';
import { closeSplit, closeUnimported, keepRecords } from './stages/keep-records.js';
import { Abandoned, Split, Story } from './story.js';

/** The story of one shipment, top to bottom: engagement, documentation, clearance, delivery, record-keeping. */
export async function shipmentLifecycle(shipment: ShipmentRef): Promise<void> {
  const story = new Story(shipment, shipment.shipmentId);
  listen(story);
  listenForSplit(story);
  try {
    await tell(story);
  } finally {
    story.end();
    await condition(allHandlersFinished);
  }
}

async function tell(story: Story): Promise<void> {
  let jurisdiction = 'GB';
  const openedOn = workflowInfo().startTime.toISOString().slice(0, 10);
  try {
    const { situation, openedBy } = await engage(story);
    jurisdiction = situation.destination;
    // Nobody who entered or changed a value of this shipment may approve its payment.
    const editors = new Set([openedBy]);
    const goods = await collectDocuments(story, situation, editors);
    const assessment = await assessDuties(story, situation, goods);
    const guaranteeReference = await reserveGuarantee(story, assessment);

    const filing: Filing = { situation, goods, assessment, guaranteeReference, editors, version: 0, corrections: [] };
    const cleared = await clearance(story, filing);
    if (cleared.kind === 'refused') return await closeUnimported(story, jurisdiction, openedOn, cleared.reason);

    const gate = watchRelease(story, filing, cleared);
    try {
      await delivery(story, situation, filing.goods, cleared, gate);
    } catch (error) {
      if (error instanceof Abandoned) await gate.abandon(error.reason);
      throw error;
    }
    await gate.close();
    // A payment that came back meanwhile is paid anew before the records are closed.
    await story.settledUp();
    await keepRecords(story, jurisdiction, cleared.entryDate || openedOn);
  } catch (error) {
    if (error instanceof Split) return await closeSplit(story, jurisdiction, openedOn);
    if (!(error instanceof Abandoned)) throw error;
    await closeUnimported(story, jurisdiction, openedOn, error.reason);
  }
}
