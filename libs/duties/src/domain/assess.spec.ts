import { assessmentRequest, type AssessmentRequest } from '@tidewaiter/contracts';
import { canonicalJson, exact, Invalid, round, type Exact } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { aLine, aRequest, books } from '../testing/books.js';
import { assess } from './assess.js';
import { explain } from './explain.js';
import { rederive } from './rederive.js';

const refusalOf = (request: AssessmentRequest): Invalid => {
  try {
    assess(request, books);
  } catch (error) {
    expect(error).toBeInstanceOf(Invalid);
    return error as Invalid;
  }
  throw new Error('it was not refused');
};

const cents = fc.integer({ min: 1, max: 50_000_000 }).map((value) => (value / 100).toFixed(2));
const goods: Record<string, string[]> = {
  GB: ['8517130000', '8712003000', '6109100010', '0405101900', '9503007500', '8516797000'],
  DE: ['8517130000', '8712003000', '6109100010', '0405101900', '9503007500', '8516797000'],
  US: ['8517130000', '8712001510', '6109100012', '0405102000', '9503000073', '8516799000'],
};
const CURRENCY: Record<string, string> = { GB: 'GBP', DE: 'EUR', US: 'USD' };
const consignment = fc.constantFrom('GB', 'DE', 'US').chain((destination) =>
  fc.record({
    destination: fc.constant(destination),
    origin: fc.constantFrom('CN', 'GB', 'FR', 'VN'),
    incoterm: fc.constantFrom('FOB', 'CFR', 'CIF', 'EXW'),
    freight: fc.integer({ min: 0, max: 100 }).map((value) => (value / 100).toFixed(2)),
    rounding: fc.constantFrom('authority', 'display'),
    lines: fc
      .array(
        fc.record({
          commodity: fc.constantFrom(...goods[destination]!),
          amount: cents,
          kilograms: cents,
          proof: fc.boolean(),
        }),
        { minLength: 1, maxLength: 6 },
      )
      .map((lines) =>
        lines.map(({ commodity, amount, kilograms, proof }, index) => ({
          number: index + 1,
          commodity,
          price: { amount: exact(amount).plus(10).toFixed(2), currency: CURRENCY[destination] },
          quantities: [{ unit: 'KGM', value: kilograms }],
          ...(proof ? { preference: { code: '300', proof: { document: 'U116', reference: 'inv-1' } } } : {}),
        })),
      ),
  }),
);
const requestOf = ({
  freight,
  ...rest
}: {
  freight: string;
  destination: string;
  lines: unknown[];
}): AssessmentRequest =>
  assessmentRequest.parse({
    ...rest,
    lawDate: '2026-03-10',
    transport: 'ocean',
    charges: {
      freight: { amount: freight, currency: CURRENCY[rest.destination] },
      insurance: { amount: '0.07', currency: CURRENCY[rest.destination] },
    },
  });

describe('an assessment', () => {
  it('gives the same bytes for the same request and rules', () => {
    fc.assert(
      fc.property(consignment, (each) =>
        expect(canonicalJson(assess(requestOf(each), books))).toBe(canonicalJson(assess(requestOf(each), books))),
      ),
    );
  });

  it('gives the same figures without words', () => {
    const wordless = (member: string, value: unknown): unknown =>
      ['arithmetic', 'trace'].includes(member) ? undefined : value;
    fc.assert(
      fc.property(consignment, (each) => {
        const figures = assess(requestOf(each), books, null, { explained: false });
        expect(JSON.stringify(figures, wordless)).toBe(JSON.stringify(assess(requestOf(each), books), wordless));
        expect(
          figures.lines.every(({ options }) =>
            options.every(({ charges }) => charges.every(({ arithmetic }) => arithmetic === '')),
          ),
        ).toBe(true);
      }),
    );
  });

  it('takes off a duty-paid price exactly what makes the value of it, brought to a value as the authority does', () => {
    const dutyPaid = consignment.map((each) => ({
      ...requestOf({ ...each, freight: '0.00' }),
      incoterm: 'DDP' as const,
      charges: { freight: { amount: '0.00', currency: CURRENCY[each.destination]! } },
      fx: [{ from: 'GBP', to: 'XOF', rate: '750.1234', source: 'test' }],
      rounding: 'authority' as const,
    }));
    const asDeclared: Record<string, (value: Exact) => string> = {
      GB: (value) => round(value, 2, 'down').toFixed(2),
      DE: (value) => round(value, 2, 'half-up').toFixed(2),
      US: (value) => round(value, 0, 'half-up').toFixed(2),
    };
    fc.assert(
      fc.property(dutyPaid, fc.boolean(), (request, isForeign) => {
        const inFrancs = isForeign && request.destination === 'GB';
        const lines = request.lines.map((line) => ({
          ...line,
          quantities: [{ unit: 'KGM', value: '0.01' }],
          price: inFrancs ? { amount: exact(line.price!.amount).times(900).toFixed(0), currency: 'XOF' } : line.price,
        }));
        const { lines: assessed, status } = assess({ ...request, lines }, books);
        expect(status).toBe('ASSESSED');
        for (const [index, { customsValue }] of assessed.entries()) {
          const price = exact(lines[index]!.price!.amount);
          const left = (inFrancs ? price.div('750.1234') : price).minus(customsValue!.contained!);
          expect(asDeclared[request.destination]!(left)).toBe(customsValue!.amount);
        }
      }),
    );
  });

  it('grows with the goods: twice the value and the quantity owe twice the exact sum, where nothing inside is rounded', () => {
    const sized = fc.record({
      value: fc.integer({ min: 1, max: 9_999_999 }),
      kilograms: fc.integer({ min: 1, max: 99_999 }),
      expression: fc.constantFrom(
        '14 %',
        '158.00 GBP / 100 kg',
        '9.6 % + 3.2 GBP / 100 kg MAX 24 %',
        '3 % MIN 1.1 GBP / DTN',
      ),
    });
    fc.assert(
      fc.property(sized, fc.integer({ min: 2, max: 9 }), ({ value, kilograms, expression }, times) => {
        const owed = (by: number): string => {
          const line = aLine({
            customsValue: { amount: ((value * by) / 100).toFixed(2), currency: 'GBP' },
            quantities: [{ unit: 'KGM', value: String(kilograms * by) }],
            measures: [
              { id: 'duty', role: 'basic-duty', expression },
              { id: 'tax', role: 'vat', expression: '20 %' },
            ],
          });
          return assess(aRequest({ rounding: 'display', lines: [line] }), books).lines[0]!.options[0]!.exactTotal;
        };
        expect(owed(times)).toBe(exact(owed(1)).times(times).toFixed());
      }),
    );
  });

  it('does not depend on the order of the lines', () => {
    fc.assert(
      fc.property(consignment, (each) => {
        const turned = { ...each, lines: [...each.lines].reverse() };
        expect(canonicalJson(assess(requestOf(turned), books))).toBe(canonicalJson(assess(requestOf(each), books)));
      }),
    );
  });

  it('adds up: chosen charges and entry charges are the totals, and nothing is negative', () => {
    fc.assert(
      fc.property(consignment, (each) => {
        const result = assess(requestOf({ ...each, rounding: 'authority' } as typeof each), books);
        expect(result.status).toBe('ASSESSED');
        const chosen = result.lines.flatMap((line) => line.options.filter((option) => option.chosen));
        expect(chosen).toHaveLength(result.lines.length);
        const amounts = [
          ...chosen.flatMap((option) => option.charges.map(({ amount }) => amount)),
          ...result.entryCharges.map(({ amount }) => amount),
        ];
        expect(amounts.every((amount) => !amount.startsWith('-'))).toBe(true);
        const sum = amounts.reduce((total, amount) => total.plus(amount), exact('0'));
        expect(sum.toFixed(2)).toBe(result.totals!.payableNow);
        for (const option of chosen) {
          expect(option.charges.reduce((total, { amount }) => total.plus(amount), exact('0')).toFixed(2)).toBe(
            option.total,
          );
        }
      }),
    );
  });

  it('shares freight and insurance so that the values add up to the whole', () => {
    fc.assert(
      fc.property(consignment, (each) => {
        const request = requestOf({
          ...each,
          destination: 'GB',
          incoterm: 'FOB',
          rounding: 'authority',
          lines: each.lines.map((line) => ({ ...line, price: { ...line.price, currency: 'GBP' } })),
        } as typeof each);
        const given = assessmentRequest.parse({
          ...request,
          charges: {
            freight: { amount: each.freight, currency: 'GBP' },
            insurance: { amount: '0.07', currency: 'GBP' },
          },
        });
        const values = assess(given, books).lines.map((line) => line.customsValue!.amount);
        const whole = each.lines.reduce(
          (total, line) => total.plus(line.price.amount),
          exact(each.freight).plus('0.07'),
        );
        expect(values.reduce((total, value) => total.plus(value), exact('0')).toFixed(2)).toBe(whole.toFixed(2));
      }),
    );
  });

  it('chooses no option that is dearer than another supported one', () => {
    fc.assert(
      fc.property(consignment, (each) => {
        for (const line of assess(requestOf(each), books).lines) {
          const chosen = line.options.find((option) => option.chosen)!;
          expect(chosen.needs).toEqual([]);
          for (const other of line.options.filter((option) => option.needs.length === 0)) {
            expect(exact(chosen.total).lte(other.total)).toBe(true);
          }
        }
      }),
    );
  });

  it('does not depend on the order of given measures', () => {
    const measures = [
      { id: 'b', role: 'vat', expression: '20 %' },
      { id: 'c', role: 'anti-dumping', expression: '48.5 %' },
      { id: 'a', role: 'basic-duty', expression: '14 %' },
    ];
    const with_ = (given: unknown[]) => assess(aRequest({ lines: [aLine({ measures: given })] }), books);
    expect(with_([...measures].reverse())).toEqual(with_(measures));
  });

  it('gives the same for components as for the text they print', () => {
    const components = [
      { op: 'add', term: { kind: 'percent', rate: '9.60' } },
      {
        op: 'add',
        term: { kind: 'specific', amount: '11.90', currency: 'GBP', per: [{ quantity: '1', unit: 'DTN' }] },
      },
      { op: 'cap', term: { kind: 'percent', rate: '30.00' } },
    ];
    const line = { quantities: [{ unit: 'KGM', value: '12.5' }] };
    const byText = assess(
      aRequest({
        lines: [
          aLine({
            ...line,
            measures: [{ id: 'm1', role: 'basic-duty', expression: '9.60 % + 11.90 GBP / 100 kg MAX 30.00 %' }],
          }),
        ],
      }),
      books,
    );
    const byParts = assess(
      aRequest({ lines: [aLine({ ...line, measures: [{ id: 'm1', role: 'basic-duty', components }] })] }),
      books,
    );
    expect(byParts.totals).toEqual(byText.totals);
  });
});

describe('preference and suspension given with the request', () => {
  const measures = [
    { id: 'm1', role: 'basic-duty', expression: '10 %' },
    { id: 'm2', role: 'preference', expression: '4 %' },
    { id: 'm3', role: 'suspension', expression: '0 %' },
  ];
  const optionsOf = (line: Record<string, unknown>) =>
    Object.fromEntries(
      assess(aRequest({ lines: [aLine({ measures, ...line })] }), books).lines[0]!.options.map(
        ({ basis, chosen, needs }) => [basis, chosen ? 'chosen' : needs],
      ),
    );

  it('stay visible with what they need when nothing is claimed', () => {
    expect(optionsOf({})).toEqual({
      m1: 'chosen',
      m2: ['a preference code (200 or above)', 'a proof of origin'],
      m3: ['preference code 110, 115 or 119'],
    });
  });
  it('are chosen by what is claimed and proved', () => {
    expect(optionsOf({ preference: { code: '300', proof: { document: 'U116', reference: 'x' } } })).toMatchObject({
      m2: 'chosen',
    });
    expect(optionsOf({ preference: { code: '110' } })).toMatchObject({ m3: 'chosen' });
  });
});

describe('additional codes', () => {
  const measures = [
    { id: 'm1', role: 'basic-duty', expression: '10 %' },
    { id: 'm2', role: 'anti-dumping', expression: '20 %', additionalCode: 'C123' },
    { id: 'm3', role: 'anti-dumping', expression: '60 %', additionalCode: 'C999' },
  ];
  it('decide between measures that differ by them', () => {
    expect(assess(aRequest({ lines: [aLine({ measures, additionalCodes: ['C999'] })] }), books).totals?.duty).toBe(
      '700.00',
    );
  });
  it('may be answered with none: then no measure that has one applies', () => {
    const [line] = assess(aRequest({ lines: [aLine({ measures, additionalCodes: ['none'] })] }), books).lines;
    expect(line!.options[0]!.charges.map(({ measure }) => measure)).not.toEqual(expect.arrayContaining(['m2']));
    expect(line!.questions).toEqual([]);
  });
  it('are asked for when none is named', () => {
    const [line] = assess(aRequest({ lines: [aLine({ measures })] }), books).lines;
    expect(line!.questions).toEqual([
      expect.objectContaining({ code: 'additional-code', measures: ['m2', 'm3'], answers: ['C123', 'C999', 'none'] }),
    ]);
  });
});

describe('conditions', () => {
  const condition = (code: string, document: string | null, action: string) => ({ code, document, action });
  const chosenWith = (conditions: unknown[], documents: string[], role = 'basic-duty') => {
    const measures = [
      ...(role === 'basic-duty' ? [] : [{ id: 'duty', role: 'basic-duty', expression: '1 %' }]),
      { id: 'm1', role, expression: '10 %', conditions },
    ];
    const line = aLine({ measures, documents: documents.map((code) => ({ code })) });
    const [result] = assess(aRequest({ lines: [line] }), books).lines;
    return result!.options.find(({ chosen }) => chosen)?.charges.map(({ measure }) => measure) ?? null;
  };

  it('of several codes must all be met', () => {
    const two = [
      ...[condition('B', 'C990', '27'), condition('B', null, '07')],
      ...[condition('C', 'Y100', '27'), condition('C', null, '07')],
    ];
    expect(chosenWith(two, ['C990', 'Y100'])).toEqual(['m1']);
    expect(chosenWith(two, ['C990'])).toBeNull();
    expect(chosenWith(two, ['Y100'])).toBeNull();
  });
  it('of one code need one of its documents', () => {
    const either = [condition('B', 'C990', '27'), condition('B', 'Y100', '27'), condition('B', null, '07')];
    expect(chosenWith(either, ['Y100'])).toEqual(['m1']);
    expect(chosenWith(either, [])).toBeNull();
  });
  it('leave an added duty out with action 07, and stop the declaration with action 08', () => {
    const ending = (action: string) => [condition('B', 'C990', '27'), condition('B', null, action)];
    expect(chosenWith(ending('07'), [], 'anti-dumping')).toEqual(['duty']);
    expect(chosenWith(ending('08'), [], 'anti-dumping')).toBeNull();
    expect(chosenWith(ending('08'), ['C990'], 'anti-dumping')).toEqual(['duty', 'm1']);
  });
});

describe('bad input', () => {
  it('is an origin that no tariff names, of the entry or of a line', () => {
    for (const [over, pointer] of [
      [{ origin: 'ZZ' }, '/origin'],
      [{ lines: [aLine({ origin: 'ZZ' })] }, '/lines/0/origin'],
    ] as const) {
      expect(() => assess(aRequest(over), books)).toThrow(
        expect.objectContaining({
          code: 'duties.origin.unknown',
          details: expect.objectContaining({ places: [expect.objectContaining({ pointer })] }),
        }),
      );
    }
  });

  const measured = (measure: Record<string, unknown>) =>
    aRequest({ lines: [aLine({ measures: [{ id: 'm1', role: 'basic-duty', ...measure }] })] });
  it.each<[string, AssessmentRequest, string]>([
    ['duties.destination.unknown', aRequest({ destination: 'ZW' }), '/destination'],
    [
      'duties.currency.no-rate',
      aRequest({ lines: [aLine({ price: { amount: '1.00', currency: 'JPY' } })] }),
      '/lines/0/price/currency',
    ],
    [
      'duties.currency.no-rate',
      aRequest({ incoterm: 'FOB', charges: { freight: { amount: '1.00', currency: 'JPY' } } }),
      '/charges',
    ],
    [
      'duties.unit.unknown',
      aRequest({ lines: [aLine({ quantities: [{ unit: 'FIRKIN', value: '1' }] })] }),
      '/lines/0/quantities/0/unit',
    ],
    [
      'duties.unit.unknown',
      measured({
        components: [
          {
            op: 'add',
            term: { kind: 'specific', amount: '1', currency: 'GBP', per: [{ quantity: '1', unit: 'FIRKIN' }] },
          },
        ],
      }),
      '/lines/0/measures/0/components/0/term/per/0/unit',
    ],
    [
      'duties.quantity.contradicts',
      aRequest({
        lines: [
          aLine({
            quantities: [
              { unit: 'KGM', value: '1' },
              { unit: 'TNE', value: '1' },
            ],
          }),
        ],
      }),
      '/lines/0/quantities/1',
    ],
    ['duties.expression.unreadable', measured({ expression: 'See 9822.05' }), '/lines/0/measures/0/expression'],
    ['duties.measure.no-expression', measured({}), '/lines/0/measures/0'],
    [
      'duties.measure.twice',
      aRequest({
        lines: [
          aLine({
            measures: [
              { id: 'm1', role: 'vat', expression: '1 %' },
              { id: 'm1', role: 'vat', expression: '2 %' },
            ],
          }),
        ],
      }),
      '/lines/0/measures/1/id',
    ],
    ['duties.line.twice', aRequest({ lines: [aLine(), aLine()] }), '/lines/1/number'],
    [
      'duties.value.negative',
      aRequest({
        destination: 'US',
        lines: [aLine({ commodity: '8712001510', price: { amount: '10.00', currency: 'USD' } })],
        charges: { freight: { amount: '11.00', currency: 'USD' } },
      }),
      '/charges',
    ],
  ])('is refused as %s with its place', (code, request, pointer) => {
    const refusal = refusalOf(request);
    expect(refusal.code).toBe(code);
    expect(refusal.details.places?.[0]?.pointer).toBe(pointer);
    expect(refusal.details.advice).toBeTruthy();
  });

  it.each([
    [
      'a number instead of a decimal string',
      { lines: [{ number: 1, commodity: '8712003000', price: { amount: 1000, currency: 'GBP' } }] },
    ],
    ['a negative quantity', { lines: [aLine({ quantities: [{ unit: 'KGM', value: '-1' }] })] }],
    ['a currency that is none', { lines: [aLine({ price: { amount: '1.00', currency: 'XXX' } })] }],
    [
      'conditions without one',
      { lines: [aLine({ measures: [{ id: 'm', role: 'vat', expression: '1 %', conditions: [] }] })] },
    ],
    ['a role that is none', { lines: [aLine({ measures: [{ id: 'm', role: 'tip', expression: '1 %' }] })] }],
    ['a procedure that is not served yet', { procedure: 'inward-processing' }],
  ])('is refused by the contract: %s', (_what, over) => {
    expect(assessmentRequest.safeParse({ ...aRequest(), ...over }).success).toBe(false);
  });
});

describe('what is not known', () => {
  it('asks for the mode of transport where a fee depends on it', () => {
    const result = assess(
      aRequest({
        destination: 'US',
        transport: undefined,
        lines: [aLine({ commodity: '8712001510', price: { amount: '20000.00', currency: 'USD' } })],
        incoterm: 'FOB',
      }),
      books,
    );
    expect(result.status).toBe('QUESTIONS');
    expect(result.totals).toBeNull();
    expect(result.lines[0]!.questions.map(({ code }) => code)).toEqual(['transport']);
  });
  it('asks for the Incoterm before it values a price', () => {
    expect(assess(aRequest({ incoterm: undefined }), books).lines[0]!.questions.map(({ code }) => code)).toEqual([
      'incoterm',
    ]);
  });
  it('asks for a price where a line has none', () => {
    expect(
      assess(aRequest({ lines: [aLine({ price: undefined })] }), books).lines[0]!.questions.map(({ code }) => code),
    ).toEqual(['price']);
  });
  it('hands a date before the rules to a person', () => {
    const result = assess(aRequest({ lawDate: '2019-06-01' }), books);
    expect(result.status).toBe('NEEDS_REVIEW');
    expect(result.totals).toBeNull();
  });
  it.each([
    ['2020-12-31', 'NEEDS_REVIEW'],
    ['2021-01-01', 'ASSESSED'],
  ])('takes the tariff from its first day: %s is %s', (lawDate, status) => {
    expect(assess(aRequest({ lawDate }), books).status).toBe(status);
  });
  it.each([
    ['9693', '33.58'],
    ['9694', '33.58'],
    ['9697', '33.59'],
    ['188077', '651.50'],
    ['188078', '651.50'],
    ['188076', '651.50'],
    ['188074', '651.49'],
  ])('keeps the processing fee of fiscal year 2026 inside its limits: %s USD pays %s', (amount, fee) => {
    const result = assess(
      aRequest({
        destination: 'US',
        transport: 'air',
        incoterm: 'FOB',
        lines: [aLine({ commodity: '8471300000', price: { amount, currency: 'USD' } })],
      }),
      books,
    );
    expect(result.entryCharges[0]!.amount).toBe(fee);
  });
  it.each([
    ['10681', 'NEEDS_REVIEW'],
    ['10682', 'ASSESSED'],
    ['188077', 'ASSESSED'],
    ['188078', 'NEEDS_REVIEW'],
  ])('is final in fiscal year 2027 only clear of any plausible limit: %s USD is %s', (amount, status) => {
    const result = assess(
      aRequest({
        lawDate: '2026-10-01',
        destination: 'US',
        transport: 'air',
        incoterm: 'FOB',
        lines: [aLine({ commodity: '8471300000', price: { amount, currency: 'USD' } })],
      }),
      books,
    );
    expect(result.status).toBe(status);
    expect(result.notices.map(({ detail }) => detail).join()).toContain('fiscal year 2027');
  });
});

describe('explaining and deriving again', () => {
  it('tells the arithmetic, the law, the rounding and what the other option would need', () => {
    const text = explain(assess(aRequest({ origin: 'FR' }), books));
    expect(text).toContain('14 % of 1000 GBP = 140 GBP; cut to 2 decimals');
    expect(text).toContain('SI 2020/1430');
    expect(text).toContain('would need preference code 300 and document U116');
    expect(text).toContain('Payable now 368.00 GBP');
  });
  it('gives the stored bytes again', () => {
    const request = aRequest();
    const result = assess(request, books, 'a0000000-0000-8000-8000-000000000000');
    const again = rederive({ assessmentId: result.assessmentId!, request, result }, books);
    expect(again.differences).toEqual([]);
    expect(again.bytes).toBe(canonicalJson(result));
  });
  it('says exactly what differs when a stored figure was altered', () => {
    const request = aRequest();
    const result = assess(request, books);
    const altered = structuredClone(result);
    altered.totals!.duty = '1.00';
    const stored = { assessmentId: '', request, result: altered };
    expect(rederive(stored, books).differences).toContainEqual({
      pointer: '/totals/duty',
      stored: '"1.00"',
      derived: '"140.00"',
    });
  });
});
