import { exact } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { anInvoice, anInvoiceLine, aPackingList, aSituation, aWaybill, aPaper } from '../testing/papers.js';
import { carriedFacts } from './carrying.js';
import type { Facts, InvoiceFacts, Paper } from './facts.js';

const file = { size: 10, mediaType: 'text/csv' };
const goods = (number: number, value: string, amount: string) => ({
  ...{ number, commodity: '8471300000', description: `computers ${number}`, origin: 'JP', netMass: '1' },
  ...{ quantity: { value, unit: 'NAR' }, price: { amount, currency: 'USD' } },
});
const whole = { ...aSituation(), lines: [goods(1, '300', '300000.00'), goods(2, '7', '70.00')] };
const invoice = anInvoice({
  lines: [
    anInvoiceLine({
      number: '1',
      commodity: '8471300000',
      description: 'computers 1',
      quantity: { value: '300', unit: 'C62' },
      net: '300000.00',
    }),
    anInvoiceLine({
      number: '2',
      commodity: '8471300000',
      description: 'computers 2',
      quantity: { value: '7', unit: 'C62' },
      net: '70.00',
    }),
  ],
});
const part = (takes: { ofLine: number; quantity: string; amount: string }[]) => ({
  ...whole,
  shipmentId: '0192aaaa-0000-7000-8000-0000000000aa',
  lines: takes.map(({ quantity, amount }, index) => goods(index + 1, quantity, amount)),
  part: {
    of: whole.shipmentId,
    lines: takes.map(({ ofLine, quantity }, index) => ({
      ...{ line: index + 1, ofLine, quantity: { value: quantity, unit: 'NAR' } },
      whole: whole.lines[ofLine - 1]!.quantity,
    })),
  },
});
const carried = (facts: Facts, of: ReturnType<typeof part>): Facts | null => {
  const paper: Paper = aPaper(facts);
  return carriedFacts(paper, [paper], of, whole, file);
};

describe('a paper of a split shipment, for one of its parts', () => {
  it('is the invoice with the lines that it takes, in their proportion, and the places of those', () => {
    const facts = carried(invoice, part([{ ofLine: 2, quantity: '7', amount: '70.00' }])) as InvoiceFacts;
    expect(facts.values.lines).toMatchObject([{ number: '2', quantity: { value: '7' }, net: '70.00' }]);
    expect(facts.values.totals).toEqual({ lines: '70', net: '70', total: '70', payable: '70' });
    expect(facts.places).toEqual({ '/lines/0': { place: '/Invoice[1]/InvoiceLine[2]' } });
    expect(facts.values.number).toBe(invoice.values.number);
  });

  it('is no invoice where its figures cannot be shared out without guessing', () => {
    const take = part([{ ofLine: 1, quantity: '100', amount: '100000.00' }]);
    expect(carried(invoice, take)).not.toBeNull();
    const allowance = { kind: 'other' as const, amount: '5.00' };
    expect(carried(anInvoice({ ...invoice.values, allowances: [allowance] }), take)).toBeNull();
    expect(carried(anInvoice({ ...invoice.values, charges: [allowance] }), take)).toBeNull();
    const [first, second] = invoice.values.lines;
    expect(
      carried(anInvoice({ ...invoice.values, lines: [{ ...first!, net: '299999.00' }, second!] }), take),
    ).toBeNull();
  });

  it('is evidence where it is a packing list, and none where it tells how the whole travelled', () => {
    const take = part([{ ofLine: 1, quantity: '100', amount: '100000.00' }]);
    expect(carried(aPackingList(), take)).toEqual({
      ...{ kind: 'paper', method: 'none', places: {} },
      values: { ...file, pages: null, title: null },
    });
    expect(carried(aWaybill(), take)).toBeNull();
  });

  it('adds up over the parts to the invoice, however it is divided', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 3 }), (cuts) => {
        const quantities = [...cuts, 300 - cuts.reduce((sum, cut) => sum + cut, 0)].map(String);
        const parts = quantities.map(
          (quantity) => carried(invoice, part([{ ofLine: 1, quantity, amount: `${quantity}000.00` }])) as InvoiceFacts,
        );
        const total = (of: (facts: InvoiceFacts) => string): string =>
          parts.reduce((sum, facts) => sum.plus(of(facts)), exact('0')).toFixed();
        expect(total(({ values }) => values.lines[0]!.quantity.value)).toBe('300');
        expect(total(({ values }) => values.totals.payable as string)).toBe('300000');
      }),
    );
  });
});
