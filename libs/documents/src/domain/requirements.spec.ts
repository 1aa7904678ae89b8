import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { readRequirementRows } from '../application/requirement-rows.js';
import { aLine, aSituation } from '../testing/papers.js';
import { deriveRequirements, type RequirementRow } from './requirements.js';

const ROWS = readRequirementRows(readFileSync(new URL('../../data/requirements.json', import.meta.url), 'utf8'));
const TODAY = '2026-11-22';
const slots = (situation = aSituation(), at = TODAY) =>
  deriveRequirements(situation, ROWS, at).map(({ slot, types, blocks }) => [slot, types.join(' '), blocks]);

describe('the rows of ours', () => {
  it('ask for invoice, packing list, transport document and mandate of goods by sea, each with its law', () => {
    const derived = deriveRequirements(aSituation(), ROWS, TODAY);
    expect(derived.map(({ slot, types }) => [slot, types])).toEqual([
      ['commercial-invoice', ['commercial-invoice']],
      ['mandate', ['mandate']],
      ['packing-list', ['packing-list']],
      ['transport-document', ['bill-of-lading', 'sea-waybill']],
    ]);
    expect(
      derived.every((each) => each.reasons.every((reason) => reason.law.length > 5) && each.state === 'missing'),
    ).toBe(true);
  });
  it.each([
    ['air', 'air-waybill'],
    ['road', 'road-note'],
    ['rail', 'other'],
  ] as const)('ask by %s for %s', (transport, types) => {
    expect(slots(aSituation({ transport }))).toContainEqual(['transport-document', types, 'filing']);
  });
  it('ask for proof of origin only when preference is claimed for goods of that origin', () => {
    const claimed = aLine({ origin: 'GB', preference: { code: '300' } });
    const german = aSituation({ destination: 'DE', origin: 'GB', portOfEntry: 'DEHAM', lines: [claimed] });
    expect(slots(german)).toContainEqual(['origin-proof', 'importers-knowledge origin-statement', 'filing']);
    expect(slots({ ...german, lines: [aLine({ origin: 'GB' })] }).map(([slot]) => slot)).not.toContain('origin-proof');
    expect(
      slots({ ...german, lines: [aLine({ origin: 'VN', preference: { code: '300' } })] }).map(([slot]) => slot),
    ).not.toContain('origin-proof');
  });
  it('ask for the certificate of animal products before release, not before filing', () => {
    expect(slots(aSituation({ lines: [aLine({ commodity: '0405101900' })] }))).toContainEqual([
      'health-certificate',
      'import-licence',
      'release',
    ]);
  });
  it('know all three destinations, and say of any other that they do not', () => {
    for (const destination of ['GB', 'US', 'DE'])
      expect(slots(aSituation({ destination })).length).toBeGreaterThanOrEqual(4);
    expect(slots(aSituation({ destination: 'FR' }))).toEqual([['rules-unknown', '', 'filing']]);
  });
  it('are not in force before their law', () => {
    expect(slots(aSituation(), '2020-12-31')).toEqual([['rules-unknown', '', 'filing']]);
    expect(slots(aSituation(), '2021-01-01')).toHaveLength(4);
  });
});

const row = (changes: Partial<RequirementRow>): RequirementRow => ({
  id: 'gb/a',
  when: { destination: 'GB' },
  ask: { slot: 'licence', allOf: ['import-licence'], per: 'shipment' },
  because: 'because',
  law: { ref: 'law', from: '2021-01-01', to: null },
  from: 'importer',
  due: { anchor: 'filing', late: 'late' },
  original: false,
  blocks: 'nothing',
  ...changes,
});

describe('rows that meet', () => {
  it('are one slot: the stricter decides, every reason stays, an original stays asked for', () => {
    const [slot, ...more] = deriveRequirements(
      aSituation(),
      [row({ id: 'gb/b', blocks: 'release', original: true }), row({ blocks: 'filing' })],
      TODAY,
    );
    expect(more).toEqual([]);
    expect(slot).toMatchObject({ blocks: 'filing', original: true, reasons: [{ row: 'gb/a' }, { row: 'gb/b' }] });
  });
  it('ask for all of several types as slots of their own', () => {
    const both = row({ ask: { slot: 'proof', allOf: ['mandate', 'import-licence'], per: 'shipment' } });
    expect(deriveRequirements(aSituation(), [both], TODAY).map(({ slot }) => slot)).toEqual([
      'proof/import-licence',
      'proof/mandate',
    ]);
  });
  it('end with their last day', () => {
    const ended = row({ law: { ref: 'law', from: '2021-01-01', to: '2026-11-22' } });
    expect(deriveRequirements(aSituation(), [ended], '2026-11-22')[0]?.slot).toBe('licence');
    expect(deriveRequirements(aSituation(), [ended], '2026-11-23')[0]?.slot).toBe('rules-unknown');
  });
  it('give the same answer in any order', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(ROWS, { minLength: ROWS.length }),
        fc.constantFrom('GB', 'US', 'DE'),
        fc.constantFrom('ocean', 'air', 'rail'),
        (rows, destination, transport) => {
          const situation = aSituation({
            destination,
            transport,
            lines: [aLine({ origin: 'GB', preference: { code: '300' } })],
          });
          expect(deriveRequirements(situation, rows, TODAY)).toEqual(deriveRequirements(situation, ROWS, TODAY));
        },
      ),
    );
  });
});
