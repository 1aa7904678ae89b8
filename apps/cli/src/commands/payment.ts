import { listAllPayments } from '@tidewaiter/contracts';
import type { Command } from 'commander';
import { CommandFailed, EXIT, type Output } from '../output.js';
import { confirm, surroundings } from './command.js';
import { decide } from './decide.js';
import { findPayments, openTasks, type Payment } from './find.js';
import { amount, firstOf, showList } from './list.js';

/** What is approved, word for word: an approval holds for these facts alone, by their digest. */
export function factsOf(payment: Payment): string[] {
  const { payee, reference, interest, generation } = payment;
  return [
    `${amount(payment.amount)} to ${payee.name}, account ${payee.account}`,
    `Reference  ${reference}${generation > 1 ? `, order ${generation}` : ''}`,
    ...(interest ? [`Interest   ${amount(interest)} of it`] : []),
    `Digest     ${payment.digest}`,
  ];
}

function print(out: Output, payment: Payment): void {
  out.data(`${out.color.bold(payment.paymentId)}  ${payment.status}`);
  for (const fact of factsOf(payment)) out.data(fact);
  for (const { by, at, onBehalfOf } of payment.approvals)
    out.data(`✓ approved by ${by}${onBehalfOf === undefined ? '' : ` for ${onBehalfOf}`}, ${out.at(at)}`);
  for (const { by, at, says } of payment.refusals) out.data(`✗ ${by} was refused, ${out.at(at)}: ${says}`);
  out.data(`Approvals  ${payment.approvals.length} of ${payment.approvalsNeeded}`);
  if (payment.reason !== null) out.data(`Because    ${payment.reason}`);
}

/** The one payment of a name; of a shipment's, the one that waits for approval before all others. */
function oneOf(payments: readonly Payment[], name: string): Payment {
  const one = payments.find(({ status }) => status === 'needs-approval') ?? payments.at(-1);
  if (one) return one;
  throw new CommandFailed(`${name} has no payment yet.`, EXIT.notFound, `See tidewaiter shipment show ${name}`);
}

export function paymentCommands(program: Command): void {
  const payment = program.command('payment').description('duty and tax on their way to the authority');

  payment
    .command('list')
    .argument('[shipment]', 'only of this shipment: id or reference')
    .option('--status <status>', 'needs-approval, approved, sent, outcome-unknown, settled, bounced or void')
    .option('--limit <n>', 'how many', Number, 50)
    .description('payments, newest first')
    .action(
      async (name: string | undefined, { status, limit }: { status?: string; limit: number }, command: Command) => {
        const { house, out } = surroundings(command);
        const client = house.client();
        const query = { limit: Math.min(limit, 200), ...(status === undefined ? {} : { status }) };
        const items =
          name === undefined
            ? await firstOf(
                client.all(listAllPayments, { query }, (page) => page),
                limit,
              )
            : (await findPayments(client, name)).filter((each) => status === undefined || each.status === status);
        showList(out, items, {
          head: ['Payment', 'Status', 'Amount', 'To', 'Reference', 'Approvals'],
          row: (each) => [
            ...[each.paymentId, each.status, amount(each.amount), each.payee.name, each.reference],
            `${each.approvals.length} of ${each.approvalsNeeded}`,
          ],
          empty: 'There is no such payment.',
          next: ({ paymentId }) => `payment show ${paymentId}`,
        });
      },
    );

  payment
    .command('show')
    .argument('<payment>', 'its id, or a shipment')
    .description('one payment: amount, payee, digest, who approved it')
    .action(async (name: string, _: unknown, command: Command) => {
      const { house, out } = surroundings(command);
      const found = oneOf(await findPayments(house.client(), name), name);
      if (out.json) return out.emit(found);
      print(out, found);
      out.next(
        found.status === 'needs-approval'
          ? `payment approve ${found.paymentId}`
          : `ledger show --shipment ${found.shipmentId}`,
      );
    });

  payment
    .command('approve')
    .argument('<payment>', 'its id, or a shipment')
    .option('--digest <digest>', 'approve only what has this digest: for scripts that showed it before')
    .description('approve exactly what is shown; any change of it voids the approval')
    .action(async (name: string, options: { digest?: string }, command: Command) => {
      const around = surroundings(command);
      const { house, out } = around;
      const client = house.client();
      const found = oneOf(await findPayments(client, name), name);
      const { paymentId, shipmentId, digest } = found;
      if (options.digest !== undefined && options.digest !== digest) {
        throw new CommandFailed(
          `It is another payment now: ${amount(found.amount)}, ${digest}.`,
          EXIT.refused,
          `Look again: tidewaiter payment show ${paymentId}`,
        );
      }
      const tasks = await openTasks(client, shipmentId, ['approve-payment']);
      const task = tasks.find(({ about }) => about['paymentId'] === paymentId);
      if (!task) {
        throw new CommandFailed(
          `The payment waits for no approval: ${found.status}.`,
          EXIT.refused,
          `See tidewaiter payment show ${paymentId}`,
        );
      }
      await confirm(around, ['You approve:', ...factsOf(found)]);
      await decide(client, out, task, { approve: true, digest }, `payment show ${paymentId}`);
    });
}
