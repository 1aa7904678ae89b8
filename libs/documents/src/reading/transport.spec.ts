import { Invalid } from '@tidewaiter/kernel';
import { fixture } from '../testing/files.js';
import { without } from '../testing/papers.js';
import { readTransport } from './transport.js';

type Json = Record<string, unknown>;
const waybill = () =>
  JSON.parse(fixture('gb/waybill.json').toString()) as Json & {
    documentParties: Json;
    cargoGrossWeight: Json;
    equipments: Json[];
  };
const read = (value: unknown, type = 'sea-waybill') => readTransport(Buffer.from(JSON.stringify(value)), type);
const refusal = (work: () => unknown): Invalid => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(Invalid);
    return error as Invalid;
  }
  throw new Error('it was read');
};

it.each(['gb', 'us', 'de'])('reads ours (%s)', (country) => {
  const { values, places } = readTransport(fixture(`${country}/waybill.json`), 'sea-waybill');
  expect(values).toMatchObject({
    number: expect.stringMatching(/^SWB-/),
    freightTerm: 'prepaid',
    packages: { kind: 'CT' },
  });
  expect(places['/gross']).toEqual({ place: '/cargoGrossWeight/value' });
});
it('a bill to order has no consignee, another names its own', () => {
  const parties = without(waybill().documentParties, 'consignee');
  expect(
    read({ ...waybill(), transportDocumentTypeCode: 'BOL', isToOrder: true }, 'bill-of-lading').values.consignee,
  ).toBeNull();
  expect(refusal(() => read({ ...waybill(), documentParties: parties })).details.places?.[0]?.pointer).toBe(
    '/documentParties/consignee',
  );
});
it.each([
  ['a weight that is a number', { cargoGrossWeight: { value: 722, unit: 'KGM' } }, '/cargoGrossWeight/value'],
  ['a negative weight', { cargoGrossWeight: { value: '-722', unit: 'KGM' } }, '/cargoGrossWeight/value'],
  ['pounds', { cargoGrossWeight: { value: '722', unit: 'LBR' } }, '/cargoGrossWeight/unit'],
  [
    'a port that is none',
    { transport: { portOfLoading: 'Haiphong', portOfDischarge: 'GBFXT' } },
    '/transport/portOfLoading',
  ],
  ['half a package', { packages: { count: 1.5, kind: 'CT' } }, '/packages/count'],
  ['a member nobody asked for', { surprise: 1 }, '/'],
])('refuses %s with its JSON pointer', (_, change, pointer) => {
  const error = refusal(() => read({ ...waybill(), ...change }));
  expect([error.code, error.details.places?.[0]?.pointer]).toEqual(['documents.transport.unreadable', pointer]);
});
it('refuses a container number with a wrong check digit', () => {
  const error = refusal(() => read({ ...waybill(), equipments: [{ equipmentReference: 'TDWU4827162', seals: [] }] }));
  expect(error).toMatchObject({
    code: 'documents.transport.container-invalid',
    details: { places: [{ pointer: '/equipments/0/equipmentReference' }] },
  });
});
it('refuses a document of another type than it was uploaded as', () => {
  expect(refusal(() => read(waybill(), 'air-waybill')).code).toBe('documents.transport.type-differs');
});
it('refuses what is no JSON', () => {
  expect(refusal(() => readTransport(Buffer.from('{'), 'sea-waybill')).code).toBe('documents.transport.unreadable');
});
