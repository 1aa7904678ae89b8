import { readXml, type XmlElement } from '@tidewaiter/xml';
import fc from 'fast-check';
import { contentOf } from '../../domain/content.js';
import { aLodging, americanLodging, dutyPaidLodging, germanLodging, withPermit } from '../../testing/lodging.js';
import { drawReferences } from '../../application/references.js';
import { readProfiles } from '../profile.js';
import { buildDeclaration, DECLARATION_NAMESPACE, METADATA_NAMESPACE, ordered } from './build.js';
import { DECLARATION, type Section } from './schema.js';

const AT = '2026-11-24T09:00:00.000000Z';
const profileOf = (destination: string) => readProfiles().find((each) => each.destination === destination)!;

function build(request = aLodging()) {
  const profile = profileOf(request.situation.destination);
  const content = contentOf(request, profile.importerScheme);
  return buildDeclaration(content, drawReferences(request.declarationId, content, profile, AT), profile);
}
const declarationOf = (bytes: Uint8Array): XmlElement =>
  readXml(bytes).root.child('Declaration', DECLARATION_NAMESPACE)!;

/** Names of children out of the schema's order, anywhere in the tree. */
function outOfOrder(element: XmlElement, section: Section): string[] {
  const places = element.elements.map((each) => section.order.indexOf(each.name));
  const here = places.some((place, index) => place < 0 || place < (places[index - 1] ?? 0)) ? [element.place] : [];
  return [
    ...here,
    ...element.elements.flatMap((each) => {
      const below = section.sections.find((one) => one.name === each.name);
      return below ? outOfOrder(each, below) : [];
    }),
  ];
}

describe('the declaration', () => {
  it.each([aLodging, germanLodging, americanLodging, dutyPaidLodging])(
    'has its elements in the order of the schema (%#)',
    (lodging) => {
      const { root } = readXml(build(lodging()).bytes);
      expect([root.name, root.namespace]).toEqual(['MetaData', METADATA_NAMESPACE]);
      expect(outOfOrder(declarationOf(build(lodging()).bytes), DECLARATION)).toEqual([]);
    },
  );

  it('is the same bytes for the same content, whatever order its lines came in', () => {
    const turned = aLodging((request) => void request.goods.lines.reverse());
    expect(build(turned).digest).toBe(build().digest);
  });

  it('adds freight and insurance that a price free on board does not contain', () => {
    const charges = declarationOf(build().bytes).at('GoodsShipment/CustomsValuation')!.children('ChargeDeduction');
    expect(charges.map((each) => [each.textAt('ChargesTypeCode'), each.textAt('OtherChargeDeductionAmount')])).toEqual([
      ['AK', '400'],
      ['AL', '50'],
    ]);
  });

  it('adds nothing to a delivered price, and takes contained freight off where the value is free on board', () => {
    expect(declarationOf(build(germanLodging()).bytes).at('GoodsShipment/CustomsValuation')).toBeUndefined();
    const american = declarationOf(build(americanLodging()).bytes).at(
      'GoodsShipment/CustomsValuation/ChargeDeduction',
    )!;
    expect([american.textAt('ChargesTypeCode'), american.textAt('OtherChargeDeductionAmount')]).toEqual(['BA', '1800']);
  });

  it('takes duty and tax that a price holds off it at the line, and adds no freight', () => {
    const shipment = declarationOf(build(dutyPaidLodging()).bytes).child('GoodsShipment')!;
    expect(shipment.child('CustomsValuation')).toBeUndefined();
    const deductions = shipment.children('GovernmentAgencyGoodsItem').map((item) => {
      const taken = item.at('CustomsValuation/ChargeDeduction/OtherChargeDeductionAmount')!;
      return [
        item.textAt('CustomsValuation/ChargeDeduction/ChargesTypeCode'),
        taken.value,
        taken.attribute('currencyID'),
      ];
    });
    expect(deductions).toEqual([
      ['BC', '1472', 'GBP'],
      ['BC', '172', 'GBP'],
    ]);
  });

  it('claims a preference with its proof and as preferential origin', () => {
    const item = declarationOf(build(germanLodging()).bytes).at('GoodsShipment/GovernmentAgencyGoodsItem')!;
    expect(item.textAt('Commodity/DutyTaxFee/DutyRegimeCode')).toBe('300');
    expect(item.textAt('Origin/TypeCode')).toBe('2');
    const proof = item.children('AdditionalDocument').find((each) => each.textAt('CategoryCode') === 'U')!;
    expect([proof.textAt('TypeCode'), proof.textAt('ID')]).toEqual(['116', 'GB-STATEMENT-9']);
  });

  it('writes a rate that a contract fixes, and none that is published', () => {
    const rates = (contract?: boolean) => {
      const request = aLodging((each) => {
        const agreed = { fixedBy: 'seller-and-buyer' as const, fixedOn: '2026-01-04', contract: 'PO-7', law: 'GACV' };
        each.assessment.fx = [
          { from: 'GBP', to: 'USD', rate: '1.2500', source: 's', ...(contract ? { contract: agreed } : {}) },
        ];
      });
      return declarationOf(build(request).bytes)
        .children('CurrencyExchange')
        .map((each) => [each.textAt('CurrencyTypeCode'), each.textAt('RateNumeric')]);
    };
    expect([rates(), rates(true)]).toEqual([[], [['USD', '1.25']]]);
  });

  it('writes what a line takes off the permit that it belongs to', () => {
    const written = (change?: Parameters<typeof withPermit>[0]) => {
      const { bytes, leftOut } = build(aLodging(withPermit(change)));
      const items = declarationOf(bytes).child('GoodsShipment')!.children('GovernmentAgencyGoodsItem');
      expect(outOfOrder(declarationOf(bytes), DECLARATION)).toEqual([]);
      expect(leftOut).toEqual([expect.stringContaining('mandate POA-1')]);
      return items.map((item) => {
        const permit = item.children('AdditionalDocument').find((each) => each.child('WriteOff'));
        const [value] = permit?.child('WriteOff')?.elements ?? [];
        const unit = value?.attribute('unitCode') ?? value?.attribute('currencyID');
        return permit && [permit.textAt('CategoryCode'), permit.textAt('TypeCode'), permit.textAt('ID'), value?.name, value?.value, unit]; // prettier-ignore
      });
    };
    expect(written()).toEqual([['L', '100', 'GBSIL2600417', 'QuantityQuantity', '40', 'NAR'], undefined]);
    const money = { amount: '6000.00', currency: 'USD' };
    expect(written({ left: money, draws: [{ line: 2, taken: money }] })).toEqual([
      undefined,
      ['L', '100', 'GBSIL2600417', 'AmountAmount', '6000', 'USD'],
    ]);
  });

  it('lists what it leaves out', () => {
    expect(build().leftOut).toEqual([expect.stringContaining('mandate POA-1')]);
  });

  it('refuses a character that the message cannot carry, and names the field', () => {
    const spoiled = aLodging((request) => void (request.goods.lines[1]!.description = 'lap\u0000top'));
    expect(() => build(spoiled)).toThrow(
      expect.objectContaining({
        code: 'customs.content.unwritable',
        details: expect.objectContaining({ places: [expect.objectContaining({ pointer: 'lines[1].description' })] }),
      }),
    );
  });

  it('shares the gross mass out by net mass and loses nothing of it', () => {
    const masses = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(masses, fc.integer({ min: 0, max: 1_000_000 }), (nets, packing) => {
        const total = nets.reduce((sum, net) => sum + net, packing) / 1000;
        const request = aLodging((each) => {
          each.goods.lines = nets.map((net, index) => ({
            ...each.goods.lines[0]!,
            number: index + 1,
            netMass: String(net / 1000),
          }));
          each.goods.grossMass = String(total);
        });
        const shared = contentOf(request, 'EORI').lines.map((line) => Number(line.grossMass));
        expect(shared.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(total, 6);
        expect(shared.every((mass, index) => mass >= nets[index]! / 1000 - 0.001)).toBe(true);
      }),
    );
  });

  it('cannot be written with an element that the schema does not have', () => {
    expect(() => ordered(DECLARATION, { FunctionCode: '9', Nonsense: '1' })).toThrow(
      expect.objectContaining({ code: 'customs.cds.unknown-element' }),
    );
  });
});

describe('the references', () => {
  const references = (request = aLodging()) => {
    const profile = profileOf(request.situation.destination);
    return drawReferences(request.declarationId, contentOf(request, profile.importerScheme), profile, AT);
  };

  it('stay the same for all versions of a filing', () => {
    expect(references(aLodging((request) => void (request.version = 2)))).toEqual(references());
    expect(references().lrn).toMatch(/^TW-[0-9A-Z]{18}$/);
  });

  it('carry the year, the importer and the end of the shipment’s reference', () => {
    expect(references().ducr).toBe('6GB123456789012-NWR-2026-0007');
    expect(references(americanLodging()).ducr).toBe('6US12345678900-NWR-2026-0007');
    expect(references(germanLodging()).ducr).toBe('6DE123456789012345-NWR-2026-0007'.slice(0, 35));
    const long = aLodging((request) => void (request.situation.reference = 'order 4711/ab-0000000000000000123456'));
    expect(references(long).ducr).toBe('6GB123456789012-000000000000123456');
  });

  it('take the year of the authority’s own zone', () => {
    const request = americanLodging();
    const profile = profileOf('US');
    const content = contentOf(request, profile.importerScheme);
    expect(drawReferences(request.declarationId, content, profile, '2027-01-01T03:00:00.000000Z').ducr[0]).toBe('6');
  });
});
