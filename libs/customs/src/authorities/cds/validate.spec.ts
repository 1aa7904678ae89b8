import type { LodgeRequest } from '@tidewaiter/contracts';
import { contentOf } from '../../domain/content.js';
import { aLodging, americanLodging, germanLodging } from '../../testing/lodging.js';
import { readProfiles } from '../profile.js';
import { buildDeclaration } from './build.js';
import { validateDeclaration } from './validate.js';

const REFERENCES = { lrn: 'TW-ABCDEFGHIJKLMNOPQR', ducr: '6GB123456789012-NWR-2026-0007' };

function faults(request: LodgeRequest, references = REFERENCES) {
  const profile = readProfiles().find((each) => each.destination === request.situation.destination)!;
  return validateDeclaration(
    buildDeclaration(contentOf(request, profile.importerScheme), references, profile),
    profile,
  );
}
const line = (request: LodgeRequest) => request.goods.lines[0]!;

it('finds nothing in a good declaration, wherever it goes', () => {
  for (const request of [aLodging(), germanLodging(), americanLodging()]) expect(faults(request)).toEqual([]);
});

const cases: [string, string, string, (request: LodgeRequest) => void][] = [
  ['no identifier of the importer', 'CDS10001', 'importer.id', (r) => void (r.situation.importer.identifiers = [])],
  ['no exporter', 'CDS10001', 'exporter.name', (r) => void (r.situation.parties = [])],
  ['a line that was not assessed', 'CDS10001', 'lines[1].customsValue', (r) => void r.assessment.lines.pop()],
  ['8 digits of commodity', 'CDS10004', 'lines[0].commodity', (r) => void (line(r).commodity = '85171300')],
  ['four decimals in a price', 'CDS10010', 'lines[0].price', (r) => void (line(r).price.amount = '10.1234')],
  ['a description of blanks', 'CDS10010', 'lines[0].description', (r) => void (line(r).description = '   ')],
  [
    'a delivery place without end',
    'CDS10010',
    'incoterm.place',
    (r) => void (r.situation.incoterm.place = 'x'.repeat(71)),
  ],
  ['an unknown package type', 'CDS10020', 'packages.kind', (r) => void (r.goods.packages.kind = 'c-')],
  ['an unknown preference', 'CDS10020', 'lines[0].preference.code', (r) => void (line(r).preference = { code: '900' })],
  ['a negative price', 'CDS10021', 'lines[0].price', (r) => void (line(r).price.amount = '-1')],
  ['net above gross', 'CDS11006', 'lines[0].netMass', (r) => void (line(r).grossMass = '12.4')],
  ['a hole in the numbers', 'CDS12022', 'lines[1].number', (r) => void (r.goods.lines[1]!.number = 7)],
  ['the same number twice', 'CDS12024', 'lines[0].number', (r) => void (r.goods.lines[1]!.number = 1)],
  [
    'an EORI that is none',
    'CDS12005',
    'importer.id',
    (r) => void (r.situation.importer.identifiers[0]!.value = 'GB12'),
  ],
  ['two invoice currencies', 'CDS12057', 'lines[1].price', (r) => void (r.goods.lines[1]!.price.currency = 'EUR')],
  ['no packages', 'CDS12058', 'packages.count', (r) => void (r.goods.packages.count = 0)],
  [
    'the importer as exporter',
    'CDS12081',
    'importer.id',
    (r) => void (r.situation.parties[0]!.identifier = 'GB123456789012'),
  ],
  ['an invoice in another currency', 'CDS12082', 'invoice.total', (r) => void (r.goods.invoice.total.currency = 'EUR')],
  ['a quantity of 0', 'CDS12123', 'lines[0].quantity', (r) => void (line(r).quantity.value = '0')],
  [
    'a preference without proof',
    'CDS40045',
    'lines[0].preference.proof',
    (r) => void (line(r).preference = { code: '300' }),
  ],
];

it.each(cases)('says of %s: %s at %s', (_, code, field, change) => {
  const found = faults(aLodging(change));
  expect(found).toContainEqual(expect.objectContaining({ code, field }));
  expect(found.every((each) => each.pointer.startsWith('42A') && each.says !== '')).toBe(true);
});

it('says of a malformed DUCR: CDS12132', () => {
  expect(faults(aLodging(), { ...REFERENCES, ducr: 'GB-1' })).toContainEqual(
    expect.objectContaining({ code: 'CDS12132', field: 'references.ducr' }),
  );
});
