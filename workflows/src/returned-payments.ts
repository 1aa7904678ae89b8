import { allHandlersFinished, condition, workflowInfo } from '@temporalio/workflow';
import type { ShipmentRef } from '@tidewaiter/contracts';
import { duties } from './activities.js';
import { listen } from './messages.js';
import { payDebt, reopened } from './stages/duty-payment.js';
import { Abandoned, Story } from './story.js';

const RETURNED = ['duties.PaymentBounced'] as const;

/**
 * Payments of a shipment that the bank returned after the shipment's own story had ended: the debt is open again with interest, and
 * is asked for anew, with a fresh approval, until it is paid. One after the other.
 */
export async function returnedPayments(shipment: ShipmentRef): Promise<void> {
  const story = new Story(shipment, shipment.shipmentId, workflowInfo().runId);
  listen(story);
  story.enter('record-keeping');
  do {
    const { data } = await story.expect(RETURNED);
    try {
      await payAnew(story, String(data['paymentId']));
    } catch (error) {
      // Given up by a person: the debt stays open in the ledger.
      if (!(error instanceof Abandoned)) throw error;
    }
  } while (story.has(RETURNED));
  story.end();
  await condition(allHandlersFinished);
}

async function payAnew(story: Story, paymentId: string): Promise<void> {
  const open = await story.do('returned-debt', (step) => duties.returnedDebt(step, paymentId));
  if (open.kind === 'asked') return;
  const { declarationId, declarationVersion, generation, editors, assessment, notice, payee, reference } = open;
  const interest = await reopened(story, paymentId, { declarationId });
  const { noticeId: messageId, taxes, total, mrn, authorityTime } = notice;
  const owed = { declarationId, taxes, total, mrn, authorityTime, messageId, payee, paymentReference: reference };
  await payDebt(
    story,
    { notice: owed, generation, interest, returned: true },
    { declarationId, version: declarationVersion, assessment, editors: new Set(editors) },
  );
}
