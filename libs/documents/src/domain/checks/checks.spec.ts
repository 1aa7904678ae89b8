import { exact } from '@tidewaiter/kernel';
import fc from 'fast-check';
import {
  aLine,
  anInvoice,
  anInvoiceLine,
  aPackingList,
  aPaper,
  aRow,
  aSituation,
  aWaybill,
  without,
} from '../../testing/papers.js';
import type { Facts, Paper } from '../facts.js';
import { runChecks, type CheckInput } from './index.js';

const check = (papers: Facts[], changes: Partial<CheckInput> = {}) =>
  runChecks({
    situation: aSituation(),
    papers: papers.map((facts): Paper => aPaper<Facts>(facts)),
    history: [],
    confirmed: null,
    ...changes,
  });
const kinds = (papers: Facts[], changes: Partial<CheckInput> = {}) =>
  check(papers, changes).findings.map(({ kind, outcome }) => [kind, outcome]);

it('honest papers have no finding', () => {
  expect(check([anInvoice(), aPackingList(), aWaybill()])).toEqual({ findings: [], cannotTell: [] });
});

describe('invoice.line-arithmetic', () => {
  const line = (net: string, unitPrice = '128.00', quantity = '40', more = {}) =>
    anInvoice({ lines: [anInvoiceLine({ net, unitPrice, quantity: { value: quantity, unit: 'C62' }, ...more })] });
  const found = (facts: Facts) => check([facts]).findings.filter((each) => each.kind === 'invoice.line-arithmetic');

  it.each([
    ['exact', '5120.00', 0],
    ['two minor units off', '5120.02', 0],
    ['just outside: three minor units off, more than the price’s decimals explain', '5120.23', 1],
  ])('%s', (_, net, count) => {
    expect(found(line(net))).toHaveLength(count);
  });
  it.each([
    ['at what the printed price explains (1000 x 0.005)', '335.00', 0],
    ['just outside of it', '335.01', 1],
    ['just inside of it', '334.99', 0],
  ])('a price of 0.33 for 1000: %s', (_, net, count) => {
    expect(found(line(net, '0.33', '1000'))).toHaveLength(count);
  });
  it('in a currency without decimals two units are rounding', () => {
    const yen = (net: string) =>
      anInvoice({
        currency: 'JPY',
        lines: [anInvoiceLine({ net, unitPrice: '10', quantity: { value: '1', unit: 'C62' } })],
      });
    expect(found(yen('12'))).toHaveLength(0);
    expect(found(yen('13'))).toHaveLength(1);
  });
  it('in a currency with three decimals two thousandths are', () => {
    const dinar = (net: string) =>
      anInvoice({
        currency: 'KWD',
        lines: [anInvoiceLine({ net, unitPrice: '1.000', quantity: { value: '1', unit: 'C62' } })],
      });
    expect(found(dinar('1.002'))).toHaveLength(0);
    expect(found(dinar('1.003'))).toHaveLength(1);
  });
  it('counts base quantity, allowances and charges of the line', () => {
    expect(found(line('51.20', '128.00', '40', { priceBase: '100' }))).toHaveLength(0);
    expect(found(line('5100.00', '128.00', '40', { allowances: ['30.00'], charges: ['10.00'] }))).toHaveLength(0);
  });
  it('without a price cannot be told', () => {
    expect(check([anInvoice({ lines: [without(anInvoiceLine(), 'unitPrice')] })]).cannotTell).toEqual([
      'invoice.line-arithmetic: line 1 of invoice INV-1 has no price',
    ]);
  });
  it('names what was compared, the difference and the tolerance', () => {
    expect(found(line('5121.00'))[0]).toMatchObject({
      subject: 'invoice INV-1, line 1',
      difference: '1',
      tolerance: '0.2',
      compared: [
        { pointer: '/lines/0/net', value: '5121.00' },
        { pointer: '/lines/0/quantity/value' },
        { pointer: '/lines/0/unitPrice' },
      ],
    });
  });
});

describe('invoice.total-mismatch', () => {
  const subjects = (totals: Record<string, string>, more = {}) =>
    check([anInvoice({ totals: { lines: '5120.00', payable: '5120.00', ...totals }, ...more })]).findings.map(
      (each) => each.subject,
    );

  it('is exact: a minor unit is a finding, and payable follows from the total', () => {
    expect(subjects({})).toEqual([]);
    expect(subjects({ lines: '5120.01' })).toEqual(['invoice INV-1, sum of lines']);
    expect(subjects({ payable: '5119.99' })).toEqual(['invoice INV-1, amount payable']);
  });
  it('follows charges, allowances, tax, prepayment and rounding', () => {
    const extras = {
      charges: [{ kind: 'freight', amount: '100.00' }],
      allowances: [{ kind: 'other', amount: '20.00' }],
    } as const;
    const totals = {
      net: '5200.00',
      charges: '100.00',
      allowances: '20.00',
      tax: '988.00',
      total: '6188.00',
      prepaid: '1000.00',
      rounding: '0.02',
      payable: '5188.02',
    };
    expect(subjects(totals, { charges: [...extras.charges], allowances: [...extras.allowances] })).toEqual([]);
    expect(
      subjects({ ...totals, prepaid: '0' }, { charges: [...extras.charges], allowances: [...extras.allowances] }),
    ).toEqual(['invoice INV-1, amount payable']);
  });
  it('the amount due is not the price: what was prepaid changes nothing else', () => {
    expect(subjects({ net: '5120.00', total: '5120.00', prepaid: '5000.00', payable: '120.00' })).toEqual([]);
  });
});

describe('invoice.currency-mixed', () => {
  it('finds amounts in a second currency, and then does not add them up', () => {
    const result = check([
      anInvoice({
        lines: [anInvoiceLine({ net: { amount: '5120.00', currency: 'EUR' } })],
        totals: { lines: '5120.00', payable: '5120.00' },
      }),
    ]);
    expect(result.findings.map((each) => each.kind)).toEqual(['invoice.currency-mixed']);
    expect(result.findings[0]?.says).toContain('EUR');
    expect(result.cannotTell).not.toEqual([]);
  });
  it('finds two invoices in two currencies', () => {
    const other = aPaper(anInvoice({ number: 'INV-2', currency: 'EUR' }), { documentId: 'x' }) as Paper;
    const { findings } = runChecks({
      situation: aSituation({ lines: [] }),
      papers: [aPaper(anInvoice()), other],
      history: [],
      confirmed: null,
    });
    expect(findings.map((each) => each.subject)).toEqual(['all invoices']);
  });
});

describe('weights.net-exceeds-gross', () => {
  const list = (net: string, gross: string) =>
    aPackingList({ packages: [aRow({ net, gross })], totals: { packages: 40, kind: 'CT', net, gross } });

  it('equal weights pass, a gram more does not: in the row and in the total', () => {
    expect(kinds([list('680', '680')])).toEqual([]);
    expect(kinds([list('680.001', '680')])).toEqual([
      ['weights.net-exceeds-gross', 'blocks-filing'],
      ['weights.net-exceeds-gross', 'blocks-filing'],
    ]);
  });
  it('is found on invoice lines and on the lines of the shipment', () => {
    expect(kinds([anInvoice({ lines: [anInvoiceLine({ netMass: '10', grossMass: '9' })] })])).toHaveLength(1);
    expect(kinds([], { situation: aSituation({ lines: [aLine({ netMass: '10', grossMass: '9' })] }) })).toHaveLength(1);
  });
  it('says nothing where a weight is missing', () => {
    expect(
      kinds([
        aPackingList({
          packages: [{ from: '1', to: '1', count: 1, kind: 'CT', gross: '5' }],
          totals: { packages: 40, kind: 'CT', net: null, gross: '5' },
        }),
      ]),
    ).toEqual([]);
  });
});

describe('weights.differ', () => {
  const against = (listed: string, carried: string) =>
    check([
      aPackingList({ totals: { packages: 40, kind: 'CT', net: null, gross: listed } }),
      aWaybill({ gross: carried }),
    ]).findings.map(({ outcome }) => outcome);

  it.each([
    ['at 5 kg of a light shipment', '105', '100', []],
    ['just outside 5 kg', '105.001', '100', ['warning']],
    ['at 2 % of a heavy one', '1020', '1000', []],
    ['just inside 2 %', '980.001', '1000', []],
    ['just outside 2 %', '979.999', '1000', ['warning']],
    ['at 10 %', '1100', '1000', ['warning']],
    ['just outside 10 %', '1100.001', '1000', ['blocks-filing']],
    ['more than 10 %, but not 5 kg', '24', '20', []],
  ])('%s', (_, listed, carried, outcomes) => {
    expect(against(listed, carried)).toEqual(outcomes);
  });
  it('cannot be told without a gross weight on the packing list', () => {
    const list = aPackingList({ totals: { packages: 40, kind: 'CT', net: null, gross: null } });
    expect(check([list, aWaybill()]).cannotTell).toEqual(['weights.differ: gross weight of the packing list']);
  });
});

it('packages.differ: forty here, forty-one there', () => {
  expect(kinds([aPackingList(), aWaybill({ packages: { count: 41, kind: 'CT' } })])).toEqual([
    ['packages.differ', 'blocks-filing'],
  ]);
});

describe('parties.consignee-differs', () => {
  it('takes case, accents, punctuation and legal form as the same name', () => {
    expect(kinds([anInvoice({ buyer: { name: 'BRACKENFIELD OUTDOOR LIMITED' } })])).toEqual([]);
    expect(kinds([anInvoice({ buyer: { name: 'Bräckenfield-Outdoor, Ltd.' } })])).toEqual([]);
  });
  it('takes the importer of record, by name or identifier', () => {
    expect(kinds([aWaybill({ consignee: { name: 'Tidewaiter Importers (UK) Ltd' } })])).toEqual([]);
    expect(kinds([aWaybill({ consignee: { name: 'TW Imports', id: 'GB 123456782000' } })])).toEqual([]);
  });
  it('finds anybody else, on the invoice and on the transport document; the sentence has no name in it', () => {
    const { findings } = check([
      anInvoice({ consignee: { name: 'Somebody Else plc' } }),
      aWaybill({ consignee: { name: 'Third Party BV' } }),
    ]);
    expect(findings.map((each) => [each.kind, each.subject])).toEqual([
      ['parties.consignee-differs', 'invoice INV-1'],
      ['parties.consignee-differs', 'transport document SWB-1'],
    ]);
    expect(findings.map((each) => each.says).join()).not.toMatch(/Somebody|Third|Brackenfield/);
  });
  it('leaves a bill to order aside', () => {
    expect(kinds([aWaybill({ consignee: null })])).toEqual([]);
  });
});

describe('lines.not-matched', () => {
  const shirts = anInvoiceLine({
    number: '2',
    item: 'TS-1',
    description: 'T-shirts of cotton',
    commodity: '6109100010',
    quantity: { value: '200', unit: 'C62' },
    unitPrice: '3.15',
    net: '630.00',
  });
  const shirtLine = aLine({
    number: 2,
    commodity: '6109100010',
    description: 'T-shirts, cotton',
    quantity: { value: '200', unit: 'NAR' },
    netMass: '36',
    price: { amount: '630.00', currency: 'USD' },
  });

  it('finds a line of the invoice that is on no line of the shipment, and the reverse', () => {
    expect(check([anInvoice({ lines: [anInvoiceLine(), shirts] })]).findings.map((each) => each.subject)).toEqual([
      'invoice INV-1, line 2',
    ]);
    expect(
      check([anInvoice()], { situation: aSituation({ lines: [aLine(), shirtLine] }) }).findings.map(
        (each) => each.subject,
      ),
    ).toEqual(['shipment, line 2']);
  });
  it('matches by commodity although descriptions differ, and by description although the invoice has no commodity', () => {
    const bare = without(anInvoiceLine(), 'commodity');
    expect(
      kinds([anInvoice({ lines: [bare, shirts] })], { situation: aSituation({ lines: [aLine(), shirtLine] }) }),
    ).toEqual([]);
  });
  it('two lines of the same goods are told apart by their figures', () => {
    const more = anInvoiceLine({ number: '2', quantity: { value: '10', unit: 'C62' }, net: '1280.00' });
    const second = aLine({
      number: 2,
      quantity: { value: '10', unit: 'NAR' },
      price: { amount: '1280.00', currency: 'USD' },
    });
    expect(
      kinds([anInvoice({ lines: [more, anInvoiceLine()] })], { situation: aSituation({ lines: [aLine(), second] }) }),
    ).toEqual([]);
  });
  it('is answered by what a person confirmed', () => {
    expect(kinds([anInvoice({ lines: [anInvoiceLine(), shirts] })], { confirmed: [aLine()] })).toEqual([]);
  });
});

describe('lines.incomplete', () => {
  const unregistered = { situation: aSituation({ lines: [] }) };
  it('names what a declaration needs and no paper has', () => {
    const bare = without(anInvoiceLine(), 'commodity', 'origin');
    const { findings } = check([anInvoice({ lines: [bare] }), aPackingList()], unregistered);
    expect(findings.map((each) => [each.kind, each.says])).toEqual([
      ['lines.incomplete', 'Line 1 of invoice INV-1 has no commodity code, no country of origin.'],
    ]);
  });
  it('waits for the packing list before it misses a weight', () => {
    expect(kinds([anInvoice()], unregistered)).toEqual([]);
    expect(
      kinds(
        [anInvoice(), aPackingList({ packages: [aRow({ contents: { item: 'other', quantity: '1' } })] })],
        unregistered,
      ),
    ).toEqual([['lines.incomplete', 'blocks-filing']]);
  });
});

describe('invoice.number-duplicate', () => {
  const known = (seller: string, number: string) => ({
    history: [{ shipmentId: '0192cccc-0000-7000-8000-000000000009', documentId: 'd', seller, number }],
  });
  it('finds the same number of the same seller on another shipment', () => {
    const { findings } = check([anInvoice()], known('song lam cycle works', 'INV-1'));
    expect(findings).toMatchObject([{ kind: 'invoice.number-duplicate', outcome: 'blocks-filing' }]);
    expect(findings[0]?.says).toContain('0192cccc');
  });
  it('another seller may use the same number, and the seller another number', () => {
    expect(kinds([anInvoice()], known('somebody else', 'INV-1'))).toEqual([]);
    expect(kinds([anInvoice()], known('song lam cycle works', 'INV-2'))).toEqual([]);
  });
});

describe('properties', () => {
  const cents = fc.integer({ min: 0, max: 99_999 }).map((value) => (value / 100).toFixed(2));
  const commodity = fc.constantFrom('8712003000', '6109100010', '851679');
  const invoiceLine = fc
    .record({ price: cents, net: cents, quantity: fc.integer({ min: 1, max: 9 }), commodity })
    .map(({ price, net, quantity, commodity: code }) =>
      anInvoiceLine({ unitPrice: price, net, quantity: { value: String(quantity), unit: 'C62' }, commodity: code }),
    );
  const lines = fc
    .array(invoiceLine, { minLength: 1, maxLength: 5 })
    .map((each) => each.map((line, index) => ({ ...line, number: String(index + 1) })));
  const weight = fc.integer({ min: 1, max: 2000 }).map(String);
  const papers = fc
    .record({ lines, net: weight, gross: weight, carried: weight })
    .map(({ lines: given, net, gross, carried }): Facts[] => [
      anInvoice({ lines: given }),
      aPackingList({ packages: [aRow({ net, gross })], totals: { packages: 40, kind: 'CT', net, gross } }),
      aWaybill({ gross: carried }),
    ]);
  /** Findings as facts: what they are about and what they weigh, without the index that a line happens to have. */
  const told = (facts: Facts[]) =>
    check(facts).findings.map(({ compared, ...rest }) => ({
      ...rest,
      values: compared.map((each) => each.value).sort(),
    }));
  const shuffled = <T>(items: readonly T[], seed: number): T[] =>
    items
      .map((item, index) => ({ item, key: (index * 7919 + seed * 104_729) % 101 }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item);

  it('the order of papers and of lines changes no finding', () => {
    fc.assert(
      fc.property(papers, fc.nat(100), (given, seed) => {
        const [invoice, ...rest] = given as [ReturnType<typeof anInvoice>, ...Facts[]];
        const mixed = { ...invoice, values: { ...invoice.values, lines: shuffled(invoice.values.lines, seed) } };
        expect(told(shuffled([mixed, ...rest], seed))).toEqual(told(given));
      }),
    );
  });
  it('adding a paper never clears a finding about others', () => {
    fc.assert(
      fc.property(papers, ([invoice, list, waybill]) => {
        const before = told([invoice!, list!]).map(({ kind, subject }) => `${kind} ${subject}`);
        const after = told([invoice!, list!, waybill!]).map(({ kind, subject }) => `${kind} ${subject}`);
        expect(after).toEqual(expect.arrayContaining(before));
      }),
    );
  });
  it('kind and subject are the key of a finding', () => {
    fc.assert(
      fc.property(papers, (given) => {
        const keys = check(given).findings.map(({ kind, subject }) => `${kind} ${subject}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });
  it('a difference is never within the tolerance it names', () => {
    fc.assert(
      fc.property(papers, (given) => {
        for (const { difference, tolerance } of check(given).findings)
          if (difference && tolerance) expect(exact(difference).gt(tolerance)).toBe(true);
      }),
    );
  });
});
