import type { TidewaiterClient } from '@tidewaiter/client';
import { listTasks, openEngagement, openShipment, showTask, type AnswerOf } from '@tidewaiter/contracts';
import { hand, paper, PAPERS, particulars, type Paper } from '../consignment.js';
import { newRunId } from '../house.js';
import { until } from '../waiting.js';

export type Task = AnswerOf<typeof showTask>;

/** A shipment to Great Britain with all its papers handed in. */
export async function shipped(
  operator: TidewaiterClient,
  engagement: AnswerOf<typeof openEngagement>,
  reference = `DESK-${newRunId().toUpperCase()}`,
): Promise<{ shipmentId: string; reference: string }> {
  const { shipmentId } = await operator.call(openShipment, { body: particulars(engagement.engagementId, reference) });
  await until('the checklist takes papers', async () => {
    for (const type of Object.keys(PAPERS) as Paper[])
      await hand(operator, shipmentId, type, paper(type, reference), `${reference}/${type}`);
    return true;
  });
  return { shipmentId, reference };
}

/** The task of a kind that waits in a shipment. */
export const waiting = (client: TidewaiterClient, shipmentId: string, kind: Task['kind']): Promise<Task> =>
  until(`the task ${kind}`, async () => {
    const { items } = await client.call(listTasks, { query: { shipment: shipmentId, limit: 200, status: 'open' } });
    return items.find((task) => task.kind === kind);
  });
