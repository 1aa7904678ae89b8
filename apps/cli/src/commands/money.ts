import {
  changeGuaranteeLimit,
  forecastGuarantee,
  LEDGER_DIMENSIONS,
  listGuarantees,
  listInvoices,
  listLedgerAccounts,
  showAccountStatement,
  showGuarantee,
  showLedgerBalances,
  showShipmentMoney,
} from '@tidewaiter/contracts';
import type { Command } from 'commander';
import { surroundings } from './command.js';
import { findShipment } from './find.js';
import { amount, firstOf, showList } from './list.js';

const day = (at: Date): string => at.toISOString().slice(0, 10);

interface LedgerOptions {
  shipment?: string;
  by: string;
  account?: string;
  currency: string;
  from?: string;
  to?: string;
  asOf?: string;
  customer?: string;
  importer?: string;
  authority?: string;
}

/** The ledger, guarantees and invoices, as people ask for them. */
export function moneyCommands(program: Command): void {
  program
    .command('ledger')
    .description('the double-entry ledger of customs money')
    .command('show')
    .option('--shipment <id or reference>', 'the money of one shipment, charge by charge')
    .option('--by <dimensions>', `of ${LEDGER_DIMENSIONS.join(', ')}; parted by commas`, 'authority')
    .option('--account <account>', 'entries of one account, such as duty-payable:GB')
    .option('--currency <code>', 'of the account', 'GBP')
    .option('--from <date>', 'first day of the account’s entries; default: 30 days ago')
    .option('--to <date>', 'last day; default: today')
    .option('--as-of <date>', 'balances at the end of this day')
    .option('--customer <name>')
    .option('--importer <id>')
    .option('--authority <country>')
    .description('what is assessed, payable now and later, paid, refundable; or one account; or one shipment')
    .action(async (options: LedgerOptions, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { asOf, customer, importer, authority } = options;
      const filter = { customer, importer, authority };
      if (options.shipment !== undefined) {
        const { shipmentId } = await findShipment(client, options.shipment);
        const found = await client.call(showShipmentMoney, { params: { shipmentId } });
        if (out.json) return out.emit(found);
        out.table(
          ['Line', 'Tax', 'Assessed', 'Now', 'Later', 'Paid', 'Refundable', 'Refunded', 'Legal basis'],
          found.charges.map(({ line, taxType, amounts: of, legalBasis }) => [
            ...[
              String(line),
              taxType,
              of.assessed,
              of.payableNow,
              of.payableLater,
              of.paid,
              of.refundable,
              of.refunded,
            ],
            legalBasis,
          ]),
        );
        for (const { taxType, amount, dueOn, method } of found.later)
          out.data(
            `${taxType} ${amount.amount} ${amount.currency} ${method}${dueOn === null ? '' : `, due on ${dueOn}`}`,
          );
        for (const { outcome, ours, theirs, agreedBy } of found.comparisons)
          out.data(
            `authority ${theirs.amount}, ours ${ours.amount} ${ours.currency}: ${outcome}${agreedBy === null ? '' : `, agreed by ${agreedBy}`}`,
          );
        if (found.releaseAtRisk) out.data(`Release at risk: ${found.releaseAtRisk.says}`);
        out.data(found.balanced ? 'The books balance.' : 'The books do not balance.');
        return out.next(`payment list ${options.shipment}`);
      }
      if (options.account !== undefined) {
        const to = options.to ?? day(new Date());
        const from = options.from ?? day(new Date(Date.now() - 30 * 86_400_000));
        const query = { account: options.account, currency: options.currency, from, to, limit: 200, ...filter };
        const found = await client.call(showAccountStatement, { query });
        if (out.json) return out.emit(found);
        out.data(`${found.account} on ${from}: ${found.opening.amount} ${found.opening.currency}`);
        out.table(
          ['Day', 'Debit', 'Credit', 'Balance', 'Tax', 'What'],
          found.items.map(({ valueDate, side, amount, balance, taxType, says }) => [
            ...[
              valueDate,
              side === 'debit' ? amount.amount : '',
              side === 'credit' ? amount.amount : '',
              balance.amount,
            ],
            ...[taxType, says],
          ]),
        );
        return out.data(`at the end of ${to}: ${found.closing.amount} ${found.closing.currency}`);
      }
      const found = await client.call(showLedgerBalances, { query: { by: options.by, asOf, ...filter } as never });
      const { balanced } = await client.call(listLedgerAccounts, { query: { asOf, ...filter } });
      if (out.json) return out.emit({ ...found, balanced });
      const names = options.by.split(',');
      out.table(
        [...names, '', 'Assessed', 'Now', 'Later', 'Ordered', 'Paid', 'Refundable', 'Refunded', 'Deposits'],
        found.items.map(({ of, currency, amounts: a }) => [
          ...names.map((name) => (of as Record<string, string>)[name] ?? ''),
          ...[
            currency,
            a.assessed,
            a.payableNow,
            a.payableLater,
            a.ordered,
            a.paid,
            a.refundable,
            a.refunded,
            a.deposits,
          ],
        ]),
      );
      out.data(balanced ? 'The books balance.' : 'The books do not balance.');
      out.next('ledger show --by authority,legalBasis,taxType');
    });

  const guarantee = program.command('guarantee').description('guarantees as capacity that runs out');
  guarantee
    .command('list')
    .option('--limit <n>', 'how many', Number, 50)
    .description('guarantees with what is reserved and what is left')
    .action(async ({ limit }: { limit: number }, command: Command) => {
      const { house, out } = surroundings(command);
      const pages = house.client().all(listGuarantees, { query: { limit: Math.min(limit, 200) } }, (page) => page);
      showList(out, await firstOf(pages, limit), {
        head: ['Guarantee', 'Reference', 'In', 'Limit', 'Reserved', 'Left'],
        row: (each) => [
          ...[each.guaranteeId, each.reference, each.destination],
          ...[amount(each.limit), amount(each.reserved), amount(each.headroom)],
        ],
        empty: 'No guarantee is registered.',
        next: ({ guaranteeId }) => `guarantee show ${guaranteeId}`,
      });
    });
  guarantee
    .command('show')
    .argument('<guarantee>', 'its id')
    .description('limit, what is held for which shipment, what is left')
    .action(async (guaranteeId: string, _options: object, command: Command) => {
      const { house, out } = surroundings(command);
      const found = await house.client().call(showGuarantee, { params: { guaranteeId } });
      if (out.json) return out.emit(found);
      const { reference, limit, used, awaiting, headroom, holds, refused } = found;
      out.data(
        `${reference}: limit ${limit.amount}, used ${used.amount}, reserved ${awaiting.amount}, left ${headroom.amount} ${limit.currency}`,
      );
      out.table(
        ['Shipment', 'MRN', 'Held'],
        holds.map(({ reference: shipment, mrn, amount }) => [shipment, mrn ?? 'not registered yet', amount.amount]),
      );
      for (const { reference: shipment, needed } of refused)
        out.data(`refused: ${shipment} needs ${needed.amount} ${needed.currency}`);
      out.next(`guarantee forecast ${guaranteeId}`);
    });
  guarantee
    .command('forecast')
    .argument('<guarantee>', 'its id')
    .option('--date <date>', 'the day that the forecast is made on; default: today')
    .description('the day on which it runs out: in a tenth, half and nine tenths of the futures')
    .action(async (guaranteeId: string, options: { date?: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const found = await house
        .client()
        .call(forecastGuarantee, { params: { guaranteeId }, query: { historyDays: 90, horizonDays: 365, ...options } });
      if (out.json) return out.emit(found);
      const { runsOut, history, says } = found;
      if (runsOut) out.data(`p10 ${runsOut.p10 ?? '-'}  p50 ${runsOut.p50 ?? '-'}  p90 ${runsOut.p90 ?? '-'}`);
      out.data(
        `from ${history.days} days of history: ${history.held.amount} held, ${history.givenBack.amount} given back`,
      );
      out.data(says);
    });
  guarantee
    .command('top-up')
    .argument('<guarantee>', 'its id')
    .requiredOption('--limit <amount>', 'the new limit, e.g. 500000.00')
    .requiredOption('--reason <text>', 'the surety’s or the authority’s act')
    .description('take in a new limit')
    .action(async (guaranteeId: string, options: { limit: string; reason: string }, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { limit } = await client.call(showGuarantee, { params: { guaranteeId } });
      const body = { limit: { amount: options.limit, currency: limit.currency }, reason: options.reason };
      const found = await client.call(changeGuaranteeLimit, { params: { guaranteeId }, body });
      if (out.json) return out.emit(found);
      out.data(`limit ${found.limit.amount}, left ${found.headroom.amount} ${found.limit.currency}`);
    });

  program
    .command('invoice')
    .description('invoices to customers')
    .command('list')
    .argument('<shipment>', 'id or reference')
    .description('invoices and credit notes of a shipment')
    .action(async (shipment: string, _options: object, command: Command) => {
      const { house, out } = surroundings(command);
      const client = house.client();
      const { shipmentId } = await findShipment(client, shipment);
      const { items } = await client.call(listInvoices, { params: { shipmentId } });
      if (out.json) return out.emit(items);
      out.table(
        ['Number', 'Kind', 'Issued', 'Gross', 'Taken back by', 'Id'],
        items.map((each) => [
          ...[each.number, each.kind, each.issuedOn, `${each.totals.gross} ${each.currency}`, each.correctedBy ?? ''],
          each.invoiceId,
        ]),
      );
    });
}
