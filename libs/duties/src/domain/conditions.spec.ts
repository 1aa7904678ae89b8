import { assessmentRequest, type AssessmentRequest } from '@tidewaiter/contracts';
import { Invalid } from '@tidewaiter/kernel';
import { books } from '../testing/books.js';
import { assess } from './assess.js';

const measures = (conditions: object[], role = 'anti-dumping') => [
  { id: 'm1', role: 'basic-duty', expression: '4.5 %' },
  { id: 'm2', role, expression: '66.4 %', conditions },
];
const D008 = [
  { code: 'A', document: 'D008', action: '01', components: [{ op: 'add', term: { kind: 'percent', rate: '50.3' } }] },
  { code: 'A', document: null, action: '01' },
];
const request = (line: object, lineMeasures: object[]): AssessmentRequest =>
  assessmentRequest.parse({
    destination: 'GB',
    origin: 'CN',
    lawDate: '2026-03-10',
    transport: 'ocean',
    incoterm: 'CIF',
    lines: [
      {
        number: 1,
        commodity: '8708701080',
        customsValue: { amount: '1000.00', currency: 'GBP' },
        measures: lineMeasures,
        ...line,
      },
    ],
  });
const chosen = (line: object, lineMeasures = measures(D008)) => {
  const [result] = assess(request(line, lineMeasures), books).lines;
  return result!.options.find((option) => option.chosen)?.charges.map(({ measure, amount }) => [measure, amount]);
};
const problemOf = (line: object, lineMeasures: object[]): Invalid => {
  try {
    assess(request(line, lineMeasures), books);
  } catch (error) {
    return error as Invalid;
  }
  throw new Error('it was not refused');
};

describe('a document that a condition names', () => {
  it('is present, asked for and absent, or not asked for: three states', () => {
    expect(chosen({ documents: [{ code: 'D008' }] })).toContainEqual(['m2', '503.00']);
    expect(chosen({ documents: [] })).toContainEqual(['m2', '664.00']);
    const { status, lines } = assess(request({}, measures(D008)), books);
    expect(status).toBe('QUESTIONS');
    expect(lines[0]!.questions).toMatchObject([{ code: 'document', measures: ['m2'], answers: ['D008', 'none'] }]);
  });
  it('with the status absent is not there', () => {
    expect(chosen({ documents: [{ code: 'D008', status: 'absent' }] })).toContainEqual(['m2', '664.00']);
  });
  it('supports a preference by itself, without a proof of origin beside it', () => {
    const preference = measures(
      [
        { code: 'Q', document: 'N954', action: '27' },
        { code: 'Q', document: null, action: '07' },
      ],
      'preference',
    ).map((each) => (each.id === 'm2' ? { ...each, expression: '1.0 %' } : each));
    const line = { preference: { code: '300' }, documents: [{ code: 'N954' }] };
    expect(chosen(line, preference)).toEqual([['m2', '10.00']]);
    expect(chosen({ ...line, documents: [] }, preference)).toEqual([['m1', '45.00']]);
  });
});

describe('what would be a guess is refused with its place', () => {
  it('an action code that nobody knows', () => {
    const { code, details } = problemOf({ documents: [] }, measures([{ code: 'A', document: null, action: '99' }]));
    expect(code).toBe('duties.condition.action-unknown');
    expect(details.places).toMatchObject([{ pointer: '/lines/0/measures/1/conditions/0/action' }]);
  });
  it('more than one line of an entry can hold', () => {
    const line = { quantities: [{ unit: 'TNE', value: '1000000001' }] };
    expect(problemOf(line, [{ id: 'm1', role: 'basic-duty', expression: '1.00 GBP / KGM' }])).toMatchObject({
      code: 'duties.quantity.absurd',
      details: { places: [{ pointer: '/lines/0/quantities/0/value' }] },
    });
  });
});

describe('expressions as tariffs print them', () => {
  it('a percentage of the retail price, in words', () => {
    const line = { quantities: [{ unit: 'RET', value: '200.00' }] };
    const excise = [
      { id: 'm1', role: 'basic-duty', expression: '0 %' },
      { id: 'm2', role: 'excise', expression: '16.5 % of retail price' },
    ];
    expect(chosen(line, excise)).toContainEqual(['m2', '33.00']);
  });
});
