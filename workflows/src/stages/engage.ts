import type { Situation } from '@tidewaiter/contracts';
import { shipments } from '../activities.js';
import { retryOrAbandon, type Story } from '../story.js';

/** Parties screened, power of attorney and importer's standing in force; whatever is missing waits for a person. */
export async function engage(story: Story): Promise<{ situation: Situation; openedBy: string }> {
  story.enter('engagement');
  for (;;) {
    const answer = await story.do('engage', (step) => shipments.engageShipment(step));
    if (answer.kind === 'engaged') return answer;
    await story.ask(
      {
        kind: 'resolve-engagement',
        role: answer.code.startsWith('shipments.screening') ? 'compliance' : 'operator',
        says: `${answer.says} Mend it, then retry.`,
        about: { code: answer.code },
        due: null,
      },
      retryOrAbandon,
    );
  }
}
