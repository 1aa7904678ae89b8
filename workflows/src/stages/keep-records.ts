import { audit, shipments } from '../activities.js';
import type { Story } from '../story.js';

/** The guarantee goes back, the dossier is sealed under a signed checkpoint, the retention clock starts. */
export async function keepRecords(story: Story, jurisdiction: string, entryDate: string): Promise<void> {
  story.enter('record-keeping');
  await story.do('close', (step) => shipments.closeShipment(step, 'delivered', null));
  await story.do('seal', (step) => audit.sealDossier(step, { jurisdiction, streams: { ...story.wrote }, entryDate }));
  story.enter('archived');
}

/** The shipment is not imported: what was reserved goes back, and what happened is kept all the same. */
export async function closeUnimported(
  story: Story,
  jurisdiction: string,
  entryDate: string,
  reason: string,
): Promise<void> {
  await close(story, jurisdiction, entryDate, 'unimported', reason.slice(0, 280));
}

/** The shipment was divided: its parts go on, and what happened until then is kept. */
export const closeSplit = (story: Story, jurisdiction: string, entryDate: string): Promise<void> =>
  close(story, jurisdiction, entryDate, 'split', null);

async function close(
  story: Story,
  jurisdiction: string,
  entryDate: string,
  outcome: 'unimported' | 'split',
  reason: string | null,
): Promise<void> {
  story.enter('record-keeping');
  await story.do('close', (step) => shipments.closeShipment(step, outcome, reason));
  await story.do('seal', (step) => audit.sealDossier(step, { jurisdiction, streams: { ...story.wrote }, entryDate }));
  story.enter('closed');
}
