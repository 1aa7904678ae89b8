import 'reflect-metadata';
import { allRoutes } from '@tidewaiter/contracts';
import { ROUTE } from '@tidewaiter/platform';
import { BankInbox } from '../application/bank-messages.js';
import type { DutiesSettings } from '../duties.settings.js';
import { ApprovalsController } from './approvals.controller.js';
import { AssessmentsController } from './assessments.controller.js';
import { BankController } from './bank.controller.js';
import { BillingController } from './billing.controller.js';
import { ClassificationsController } from './classifications.controller.js';
import { LedgerController } from './ledger.controller.js';
import { PaymentsController } from './payments.controller.js';
import { RatesAndBasesController } from './rates-and-bases.controller.js';
import { TariffsController } from './tariffs.controller.js';

it('serves every route of the contract, each once', () => {
  const controllers = [
    AssessmentsController,
    PaymentsController,
    LedgerController,
    ApprovalsController,
    BillingController,
    BankController,
    TariffsController,
    ClassificationsController,
    RatesAndBasesController,
  ];
  const served = controllers.flatMap(({ prototype }) =>
    Object.values(Object.getOwnPropertyDescriptors(prototype))
      .map(({ value }) => (Reflect.getMetadata(ROUTE, value as object) as { id: string } | undefined)?.id)
      .filter((id) => id !== undefined),
  );
  const expected = allRoutes()
    .filter(({ context }) => context === 'duties')
    .map(({ id }) => id);
  expect(served.sort()).toEqual(expected.sort());
});

describe('the bank’s door', () => {
  const stored: Buffer[] = [];
  const inbox = { receive: (body: Buffer) => Promise.resolve(void stored.push(body)) } as unknown as BankInbox;
  const door = new BankController(inbox, { BANK_CALLBACK_TOKEN: 'callback-token-of-the-bank' } as DutiesSettings);

  it('stores the bytes of a caller with the bank’s token', async () => {
    await door.receive(Buffer.from('{"a": 1}'), 'Bearer callback-token-of-the-bank');
    expect(stored.map(String)).toEqual(['{"a": 1}']);
  });
  it.each([undefined, '', 'Bearer wrong', 'Bearer callback-token-of-the-bank2', 'callback-token-of-the-bank'])(
    'turns away %s',
    async (authorization) => {
      await expect(door.receive(Buffer.from('x'), authorization)).rejects.toMatchObject({
        code: 'identity.channel.refused',
      });
      expect(stored).toHaveLength(1);
    },
  );
});
