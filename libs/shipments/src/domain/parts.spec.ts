import fc from 'fast-check';
import { exact, newId } from '@tidewaiter/kernel';
import { partsOf, type PartAsked } from './parts.js';

type Whole = Parameters<typeof partsOf>[0];

const line = (number: number, value: string, changes: Partial<Whole['lines'][number]> = {}) => ({
  number,
  commodity: '8471300000',
  description: 'portable computers',
  origin: 'CN',
  quantity: { value, unit: 'NAR' },
  netMass: '900',
  grossMass: '1000.5',
  price: { amount: '300000.00', currency: 'USD' },
  ...changes,
});
const whole = (changes: Partial<Whole> = {}): Whole => ({
  shipmentId: newId(),
  engagementId: newId(),
  reference: 'CF-17',
  destination: 'US',
  origin: 'CN',
  transport: 'air',
  portOfEntry: 'USLAX',
  incoterm: { code: 'FOB', place: 'Shenzhen' },
  importer: { importerId: newId(), name: 'Tidewaiter Overseas Inc.', identifiers: [] },
  parties: [],
  lines: [line(1, '300')],
  charges: {},
  carrier: 'simulated-ocean',
  openedBy: 'user:olivia',
  ...changes,
});
const part = (lines: Record<number, string> = {}, changes: Partial<PartAsked> = {}): PartAsked => ({
  shipmentId: newId(),
  reference: `part-${newId()}`,
  lines: Object.entries(lines).map(([number, quantity]) => ({ number: Number(number), quantity })),
  ...changes,
});
const split = (state: Whole, ...parts: PartAsked[]) => partsOf(state, parts, 'user:oscar');
const refusal = (work: () => unknown): { code: string; details: { places?: unknown[] } } => {
  try {
    work();
  } catch (error) {
    return error as never;
  }
  throw new Error('it was taken');
};
const total = (values: (string | undefined)[]): string =>
  values.reduce((sum, value) => sum.plus(value!), exact('0')).toFixed();

describe('the parts of a split shipment', () => {
  it('have quantities as asked, prices and masses in proportion, and name the whole', () => {
    const state = whole();
    const parts = split(state, part({ 1: '100' }), part({ 1: '100' }), part({ 1: '100' }, { portOfEntry: 'USOAK' }));
    expect(parts.map(({ lines }) => lines)).toEqual(
      [1, 2, 3].map((): unknown[] => [expect.objectContaining({ number: 1 })]),
    );
    expect(parts[0]!.lines[0]).toMatchObject({
      quantity: { value: '100', unit: 'NAR' },
      price: { amount: '100000.00', currency: 'USD' },
      netMass: '300',
      grossMass: '333.5',
    });
    expect(parts.map(({ portOfEntry }) => portOfEntry)).toEqual(['USLAX', 'USLAX', 'USOAK']);
    expect(parts.every(({ parentId }) => parentId === state.shipmentId)).toBe(true);
    expect(new Set(parts.map(({ openedBy }) => openedBy))).toEqual(new Set(['user:oscar']));
  });

  it('number their lines from 1 in the order of the whole', () => {
    const state = whole({ lines: [line(1, '10'), line(2, '20'), line(3, '5')] });
    const [first, second] = split(state, part({ 1: '10', 3: '2' }), part({ 2: '20', 3: '3' }));
    expect(first!.lines.map(({ number, quantity }) => [number, quantity.value])).toEqual([
      [1, '10'],
      [2, '2'],
    ]);
    expect(second!.lines.map(({ number, quantity }) => [number, quantity.value])).toEqual([
      [1, '20'],
      [2, '3'],
    ]);
  });

  it('read their lines from their own invoices where the whole has none', () => {
    expect(split(whole({ lines: [] }), part(), part()).map(({ lines }) => lines)).toEqual([[], []]);
    expect(refusal(() => split(whole({ lines: [] }), part(), part({ 1: '5' })))).toMatchObject({
      code: 'shipments.split.lines-unknown',
      details: { places: [{ pointer: '/parts/1/lines' }] },
    });
  });

  it('are refused, with every place, when they do not add up', () => {
    const state = whole({ lines: [line(1, '300'), line(2, '7')] });
    expect(refusal(() => split(state, part({ 1: '100' }), part({ 1: '199', 2: '7', 9: '1' }), part()))).toMatchObject({
      code: 'shipments.split.uneven',
      details: {
        places: [
          { pointer: '/parts/1/lines/2/number', reason: 'no line 9' },
          { pointer: '/parts/2/lines', reason: 'this part takes nothing' },
          { pointer: '/parts/0/lines', reason: 'line 1 has 300 NAR, the parts take 299' },
        ],
      },
    });
    const twice = part({ 1: '150' });
    twice.lines.push({ number: 1, quantity: '150' });
    expect(refusal(() => split(whole(), twice, part({ 1: '0.000' })))).toMatchObject({
      code: 'shipments.split.uneven',
    });
  });

  it('share freight and insurance by the price of the goods, or as it is said', () => {
    const state = whole({
      charges: { freight: { amount: '100.00', currency: 'EUR' }, insurance: { amount: '10.00', currency: 'USD' } },
    });
    const [one, two] = [part({ 1: '200' }), part({ 1: '100' })];
    expect(split(state, one, two).map(({ charges }) => [charges.freight?.amount, charges.insurance?.amount])).toEqual([
      ['66.67', '6.67'],
      ['33.33', '3.33'],
    ]);
    const said = (a: string, b: string) =>
      split(
        state,
        {
          ...one,
          charges: { freight: { amount: a, currency: 'EUR' }, insurance: { amount: '10.00', currency: 'USD' } },
        },
        { ...two, charges: { freight: { amount: b, currency: 'EUR' } } },
      );
    expect(said('80', '20').map(({ charges }) => charges.freight?.amount)).toEqual(['80', '20']);
    expect(refusal(() => said('80', '21')).code).toBe('shipments.split.uneven');
  });

  it('ask how charges are divided where nothing tells it', () => {
    const state = whole({ lines: [], charges: { freight: { amount: '100.00', currency: 'EUR' } } });
    expect(refusal(() => split(state, part(), part())).code).toBe('shipments.split.charges-unsaid');
  });

  it('are together exactly the whole, however it is divided', () => {
    const decimal = (max: number, places: number) =>
      fc.integer({ min: 1, max }).map((n) =>
        exact(String(n))
          .div(10 ** places)
          .toFixed(),
      );
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 2, maxLength: 5 }), {
          minLength: 1,
          maxLength: 4,
        }),
        decimal(9_999_999, 2),
        decimal(9_999_999, 3),
        (quantities, amount, mass) => {
          const count = Math.min(...quantities.map((each) => each.length));
          const lines = quantities.map((each, i) =>
            line(i + 1, total(each.slice(0, count).map(String)), {
              price: { amount, currency: 'USD' },
              netMass: mass,
              grossMass: mass,
            }),
          );
          const state = whole({ lines, charges: { freight: { amount, currency: 'USD' } } });
          const asked = Array.from({ length: count }, (_, n) =>
            part(Object.fromEntries(quantities.map((each, i) => [i + 1, String(each[n])]))),
          );
          const parts = split(state, ...asked);
          lines.forEach((each, i) => {
            const own = parts.map((one) => one.lines[i]!);
            expect(exact(total(own.map(({ price }) => price.amount))).eq(each.price.amount)).toBe(true);
            expect(exact(total(own.map(({ netMass }) => netMass))).eq(each.netMass)).toBe(true);
            expect(exact(total(own.map(({ grossMass }) => grossMass))).eq(each.grossMass)).toBe(true);
          });
          expect(exact(total(parts.map(({ charges }) => charges.freight!.amount))).eq(amount)).toBe(true);
        },
      ),
    );
  });
});
