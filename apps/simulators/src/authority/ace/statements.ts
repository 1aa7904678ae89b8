import { exact } from '@tidewaiter/kernel';
import type { Filing, StatementStage } from '../filings.js';
import { localTime, record, writeBatch } from './records.js';

const cents = (amount: string): number => exact(amount).times(100).toNumber();

/** PF, the daily statement: its number, each entry with what it owes and for which taxes, the total; amounts in cents. */
export function statementBatch(
  filings: readonly Filing[],
  number: string,
  stage: StatementStage,
  total: string,
  at: Date,
): string {
  const envelope = filings[0]!.envelope;
  const filer = envelope['filer'] ?? '';
  const records = [
    record(
      'PF10',
      [5, 15, number],
      [16, 16, stage === 'final' ? 'F' : 'P'],
      [17, 22, localTime(at).date],
      [23, 25, filer],
    ),
    ...filings.flatMap(({ lrn, calculation }) => [
      record('PF20', [5, 7, lrn.slice(0, 3)], [8, 15, lrn.slice(3, 11)], [16, 27, cents(calculation?.total ?? '0')]),
      ...(calculation?.lines ?? []).flatMap(({ line, taxes }) =>
        taxes.map(({ type, base, amount }) =>
          record(
            'PF21',
            [5, 7, line],
            [8, 10, type],
            [11, 23, 'amount' in base ? cents(base.amount) : ''],
            [24, 35, cents(amount)],
          ),
        ),
      ),
    ]),
    record('PF90', [5, 16, cents(total)], [17, 21, filings.length]),
  ];
  const to = {
    site: envelope['site'] ?? '',
    id: envelope['id'] ?? '',
    port: envelope['port'] ?? '',
    filer,
    userText: '',
  };
  return writeBatch(to, 'PF', records, at);
}
