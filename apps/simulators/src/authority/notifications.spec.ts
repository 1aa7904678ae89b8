import { readXml, type XmlElement } from '@tidewaiter/xml';
import { levelsOf } from './pointer.js';
import { acceptedXml, documentsXml, rejectedXml, stamp, taxXml } from './notifications.js';
import type { TaxCalculation } from './tax.js';

const envelope = {
  id: 'a'.repeat(32),
  at: new Date('2026-11-24T14:07:12.418Z'),
  about: { lrn: 'TW-1', mrn: '26GB0000000000000X', version: 1 },
};
const response = (xml: string): XmlElement => readXml(Buffer.from(xml)).root.child('Response')!;

it('writes times as CCYYMMDDHHMMSSZ', () => {
  expect(stamp(envelope.at)).toBe('20261124140712Z');
});

it('says what was accepted, and when', () => {
  const told = response(acceptedXml(envelope));
  expect(told.textAt('FunctionCode')).toBe('01');
  expect(told.textAt('Declaration/FunctionalReferenceID')).toBe('TW-1');
  expect(told.textAt('Declaration/AcceptanceDateTime/DateTimeString')).toBe('20261124140712Z');
});

it('points to the field that is wrong', () => {
  const told = response(
    rejectedXml(envelope, [{ code: 'CDS10004', pointer: levelsOf('42A/67A/68A[2]/23A/21A[1].145'), says: 'x' }]),
  );
  const levels = told
    .child('Error')!
    .children('Pointer')
    .map((each) => [each.textAt('DocumentSectionCode'), each.textAt('SequenceNumeric'), each.textAt('TagID')]);
  expect(levels).toEqual([
    ['42A', undefined, undefined],
    ['67A', undefined, undefined],
    ['68A', '2', undefined],
    ['23A', undefined, undefined],
    ['21A', '1', '145'],
  ]);
});

it('names the last day for the papers', () => {
  const told = response(documentsXml(envelope, new Date('2026-11-27T14:07:12Z')));
  expect(told.textAt('AdditionalInformation/LimitDateTime/DateTimeString')).toBe('20261127140712Z');
});

it('tells the debt by line and what the transfer must quote', () => {
  const calculation: TaxCalculation = {
    currency: 'USD',
    total: '60.00',
    lines: [
      {
        line: 0,
        taxes: [{ type: '499', base: { amount: '100.00' }, rate: '0.3464', preference: null, amount: '33.58' }],
      },
      {
        line: 1,
        taxes: [{ type: '056', base: { kilograms: '10' }, rate: '1.541', preference: '100', amount: '26.42' }],
      },
    ],
  };
  const due = { reference: 'CDSI1', amount: '60.00', currency: 'USD', by: envelope.at };
  const told = response(taxXml(envelope, 'assessed', calculation, due));
  expect(told.textAt('Status/NameCode')).toBe('4');
  expect(told.textAt('Bank/ID')).toMatch(/^GB29/);
  expect(told.textAt('AdditionalInformation/StatementCode')).toBe('PAYEE');
  expect(told.textAt('Declaration/DutyTaxFee/Payment/ReferenceID')).toBe('CDSI1');
  const items = told.at('Declaration/GoodsShipment')!.children('GovernmentAgencyGoodsItem');
  expect(items.map((item) => [item.textAt('SequenceNumeric'), item.textAt('Commodity/DutyTaxFee/TypeCode')])).toEqual([
    ['0', '499'],
    ['1', '056'],
  ]);
  expect(items[1]!.at('Commodity/DutyTaxFee/SpecificTaxBaseQuantity')!.attribute('unitCode')).toBe('KGM');
  expect(
    response(taxXml(envelope, 'indicative', calculation, null)).textAt('Declaration/DutyTaxFee/Payment/ReferenceID'),
  ).toBeUndefined();
});
