import { readXml } from '@tidewaiter/xml';
import fc from 'fast-check';
import { contentOf, type DeclarationContent } from '../../domain/content.js';
import { aLodging } from '../../testing/lodging.js';
import { readProfiles } from '../profile.js';
import { resolvePointer } from './pointers.js';
import { buildRequest, buildSlotsRequest } from './requests.js';

const profile = readProfiles().find((each) => each.destination === 'GB')!;
const references = { lrn: 'TW-ABCDEFGHIJKLMNOPQR', ducr: '6GB123456789012-NWR-7' };
const head = { lrn: 'TW-REQUEST', mrn: '26GB22WOA1EV2P6AR9', reason: 'wrong weight', references };
const content = (change: Parameters<typeof aLodging>[0] = () => undefined): DeclarationContent =>
  contentOf(aLodging(change), 'EORI');
const amend = (change: Parameters<typeof aLodging>[0]) =>
  buildRequest({ ...head, purpose: 'amend', before: content(), after: content(change) }, profile);
const declarationOf = (bytes: Buffer) => readXml(bytes).root.child('Declaration')!;

describe('a request', () => {
  it.each([
    ['cancel', 'INV'],
    ['arrive', 'GPR'],
  ] as const)('to %s names the number, its own reference and its kind', (purpose, type) => {
    const declaration = declarationOf(buildRequest({ ...head, purpose }, profile).bytes);
    expect(['FunctionCode', 'FunctionalReferenceID', 'ID', 'TypeCode'].map((name) => declaration.textAt(name))).toEqual(
      ['13', 'TW-REQUEST', '26GB22WOA1EV2P6AR9', type],
    );
    expect(declaration.child('GoodsShipment')).toBeUndefined();
  });

  it('to amend names each changed element once, with its reason, and carries it under its line', () => {
    const built = amend((request) => {
      request.goods.lines[1]!.netMass = '20';
      request.goods.lines[1]!.grossMass = '22';
      request.goods.lines[0]!.price.amount = '10001.00';
    });
    expect(built.pointers.map((pointer) => resolvePointer(pointer).field)).toEqual(
      expect.arrayContaining(['lines[0].price', 'lines[1].netMass', 'lines[1].grossMass']),
    );
    expect(new Set(built.pointers).size).toBe(built.pointers.length);
    const declaration = declarationOf(built.bytes);
    expect(declaration.textAt('TypeCode')).toBe('COR');
    const amendments = declaration.children('Amendment');
    expect(amendments.map((each) => each.textAt('ChangeReasonCode')).sort()).toEqual(
      built.pointers.map((pointer) => (pointer.endsWith('.112') ? '21' : '28')).sort(),
    );
    expect(declaration.children('AdditionalInformation').map((each) => each.textAt('StatementTypeCode'))).toEqual(
      amendments.map(() => 'AES'),
    );
    const items = declaration.at('GoodsShipment')!.children('GovernmentAgencyGoodsItem');
    expect(items.map((item) => item.textAt('SequenceNumeric'))).toEqual(['1', '2']);
    expect(items[1]!.textAt('Commodity/GoodsMeasure/NetNetWeightMeasure')).toBe('20');
    expect(items[1]!.textAt('Commodity/Description')).toBeUndefined();
  });

  it('to amend names a line that falls away as deleted, with the new count', () => {
    const built = amend((request) => request.goods.lines.pop());
    const declaration = declarationOf(built.bytes);
    expect(declaration.textAt('GoodsItemQuantity')).toBe('1');
    expect(built.pointers).toContain('42A/67A/68A[2]');
    expect(declaration.children('Amendment').map((each) => each.textAt('ChangeReasonCode'))).toContain('30');
  });

  it('that changes nothing points to nothing', () => {
    expect(amend(() => undefined).pointers).toEqual([]);
  });

  it('is the same bytes for the same change, and every pointer leads somewhere', () => {
    const change = fc.record({
      mass: fc.integer({ min: 1, max: 40 }).map(String),
      origin: fc.constantFrom('CN', 'VN', 'TH'),
      description: fc.stringMatching(/^[a-z]{3,20}$/),
    });
    fc.assert(
      fc.property(change, ({ mass, origin, description }) => {
        const built = (): ReturnType<typeof amend> =>
          amend((request) =>
            Object.assign(request.goods.lines[0]!, { netMass: mass, grossMass: '41', origin, description }),
          );
        expect(built().digest).toBe(built().digest);
        expect(built().pointers.every((pointer) => resolvePointer(pointer).whole)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('for places to send papers to counts its files', () => {
    const { root } = readXml(buildSlotsRequest('26GB22WOA1EV2P6AR9', [{ type: 'invoice' }, { type: 'packing list' }]));
    expect(root.textAt('FileGroupSize')).toBe('2');
    expect(
      root
        .child('Files')!
        .children('File')
        .map((file) => file.textAt('FileSequenceNo')),
    ).toEqual(['1', '2']);
  });
});
