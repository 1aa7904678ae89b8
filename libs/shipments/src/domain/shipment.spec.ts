import { newId } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import { shipment, situationOf, type Screening, type ShipmentCommand, type ShipmentEvent } from './shipment.js';
import { without } from './without.js';

const given = specFor(shipment);
const [shipmentId, engagementId, importerId, mandateId] = [newId(), newId(), newId(), newId()];
const digest = `sha256:${'a'.repeat(64)}`;
const address = { street: 'Dock 1', city: 'Hull', postcode: 'HU1 2AB', country: 'GB' };
const line = (number: number) => ({
  number,
  commodity: '8517130000',
  description: 'mobile telephones',
  origin: 'CN',
  quantity: { value: '40', unit: 'NAR' },
  netMass: '12.5',
  price: { amount: '1000.00', currency: 'USD' },
});
type Opened = Extract<ShipmentEvent, { type: 'ShipmentOpened' }>['data'];
const particulars: Opened = {
  shipmentId,
  engagementId,
  reference: 'NW-1001',
  destination: 'GB',
  origin: 'CN',
  transport: 'ocean',
  portOfEntry: 'GBFXT',
  incoterm: { code: 'FOB', place: 'Yantian' },
  importer: { importerId, name: 'Tidewaiter Imports Ltd', identifiers: [{ scheme: 'EORI', value: 'GB123456789000' }] },
  parties: [
    { role: 'consignor', name: 'Shenzhen Lantern Works', address: { ...address, country: 'CN' } },
    { role: 'consignee', name: 'Northwind Robotics', address },
  ],
  lines: [line(1), line(2)],
  charges: {},
  carrier: 'simulated-ocean',
  openedBy: 'user:olivia',
};
const open = (changes: Partial<Opened> = {}): ShipmentCommand => ({
  type: 'OpenShipment',
  ground: null,
  ...particulars,
  ...changes,
});
const opened: ShipmentEvent = { type: 'ShipmentOpened', data: particulars };
const screening = (hits: Screening['hits'] = []): Screening => ({
  list: { name: 'list.csv', digest, entries: 22 },
  hits,
});
const proved = { kind: 'proved' as const, mandateId, mandateUntil: '2026-12-31' };
const prove = (changes: Partial<Extract<ShipmentCommand, { type: 'ProveStanding' }>> = {}): ShipmentCommand => ({
  type: 'ProveStanding',
  standing: proved,
  screening: screening(),
  lawDate: '2026-11-24',
  ...changes,
});
const screened = (hits: Screening['hits'] = []): ShipmentEvent => ({
  type: 'PartiesScreened',
  data: { shipmentId, outcome: hits.length > 0 ? 'hit' : 'clear', ...screening(hits) },
});
const engaged: ShipmentEvent = {
  type: 'ShipmentEngaged',
  data: {
    shipmentId,
    engagementId,
    importerId,
    mandateId,
    mandateUntil: '2026-12-31',
    lawDate: '2026-11-24',
    screeningDigest: digest,
  },
};
const blocked = (code: string, says: string): ShipmentEvent => ({
  type: 'EngagementBlocked',
  data: { shipmentId, code, says },
});
const closed: ShipmentEvent = { type: 'ShipmentClosed', data: { shipmentId, outcome: 'delivered', reason: null } };

describe('opening a shipment', () => {
  it('keeps its particulars', () => {
    given().when(open()).then(opened);
    given()
      .when(open({ lines: [] }))
      .then({ type: 'ShipmentOpened', data: { ...particulars, lines: [] } });
  });
  it.each([
    [
      'without anybody who sends',
      { parties: [particulars.parties[1]!, particulars.parties[1]!] },
      'shipments.parties.missing',
    ],
    ['with a gap in the line numbers', { lines: [line(1), line(3)] }, 'shipments.lines.numbers'],
    ['with a line number twice', { lines: [line(1), line(1)] }, 'shipments.lines.numbers'],
    ['by a port of another country', { portOfEntry: 'NLRTM' }, 'shipments.port.not-in-destination'],
  ])('is refused %s', (_, changes, code) => {
    given().when(open(changes)).thenRefused(code);
  });
  it('is refused when its engagement does not stand today', () => {
    const ground = { code: 'shipments.engagement.not-in-force', says: 'suspended', advice: 'mend it' };
    given()
      .when({ type: 'OpenShipment', ...particulars, ground })
      .thenRefused('shipments.engagement.not-in-force');
  });
  it('happens once', () => {
    given(opened).when(open()).thenRefused('shipments.shipment.exists');
  });
});

describe('amending a shipment', () => {
  const amendment: ShipmentEvent = { type: 'ShipmentAmended', data: { shipmentId, portOfEntry: 'GBSOU' } };
  it('changes what is named and nothing else', () => {
    given(opened).when({ type: 'AmendShipment', portOfEntry: 'GBSOU' }).then(amendment);
    given(opened)
      .when({ type: 'AmendShipment', portOfEntry: 'GBSOU' })
      .thenState((state) =>
        expect(state).toMatchObject({
          portOfEntry: 'GBSOU',
          reference: 'NW-1001',
          lines: [{ number: 1 }, { number: 2 }],
        }),
      );
    given(opened).when({ type: 'AmendShipment' }).thenNothing();
  });
  it('keeps to the same rules as opening', () => {
    given(opened)
      .when({ type: 'AmendShipment', portOfEntry: 'DEHAM' })
      .thenRefused('shipments.port.not-in-destination');
    given(opened).when({ type: 'AmendShipment', parties: [] }).thenRefused('shipments.parties.missing');
  });
  it('is possible while blocked, not once engaged', () => {
    given(opened, screened(), blocked('x', 'y')).when({ type: 'AmendShipment', portOfEntry: 'GBSOU' }).then(amendment);
    given(opened, screened(), engaged)
      .when({ type: 'AmendShipment', portOfEntry: 'GBSOU' })
      .thenRefused('shipments.shipment.already-engaged');
    given().when({ type: 'AmendShipment', portOfEntry: 'GBSOU' }).thenRefused('shipments.shipment.unknown');
  });
});

describe('proving standing', () => {
  const hit = { role: 'consignor', entry: 'TW-0001', score: '0.973' };
  it('engages a shipment whose parties are clear', () => {
    given(opened).when(prove()).then(screened(), engaged);
  });
  it('blocks on a hit and names party, entry and score', () => {
    given(opened)
      .when(prove({ screening: screening([hit]) }))
      .then(
        screened([hit]),
        blocked(
          'shipments.screening.hit',
          'The screening list answers: consignor is close to entry TW-0001 (0.973). Compliance must look.',
        ),
      );
  });
  it('blocks on the ground of its engagement before anything else, and can be asked again', () => {
    const standing = {
      kind: 'refused' as const,
      code: 'shipments.mandate.missing',
      says: 'No power of attorney covers GB.',
    };
    const refused = [screened([hit]), blocked(standing.code, standing.says)];
    given(opened)
      .when(prove({ standing, screening: screening([hit]) }))
      .then(...refused);
    given(opened, ...refused)
      .when(prove())
      .then(screened(), engaged);
  });
  it('is done once', () => {
    given(opened, screened(), engaged).when(prove()).thenNothing();
    given(opened, closed).when(prove()).thenRefused('shipments.shipment.closed');
  });
  it('hands on what later rooms need, without who opened it', () => {
    given(opened)
      .when(prove())
      .thenState((state) => {
        expect(state.status === 'none' ? null : situationOf(state)).toEqual(without(particulars, 'openedBy'));
      });
  });
});

describe('closing a shipment', () => {
  it('ends its story once', () => {
    given(opened, screened(), engaged).when({ type: 'CloseShipment', outcome: 'delivered', reason: null }).then(closed);
    given(opened, closed).when({ type: 'CloseShipment', outcome: 'unimported', reason: 'late' }).thenNothing();
    given()
      .when({ type: 'CloseShipment', outcome: 'delivered', reason: null })
      .thenRefused('shipments.shipment.unknown');
  });

  describe('split into parts', () => {
    const ids = [newId(), newId()];
    const split = (quantities: string[]): ShipmentCommand => ({
      type: 'SplitShipment',
      parts: ids.map((id, n) => ({
        shipmentId: id,
        reference: `NW-1001-${n + 1}`,
        lines: [1, 2].map((number) => ({ number, quantity: quantities[n]! })),
      })),
      reason: 'two vessels',
      by: 'user:oscar',
    });
    const parts = ids.map((id, n) => ({ shipmentId: id, reference: `NW-1001-${n + 1}` }));
    const done: ShipmentEvent = {
      type: 'ShipmentSplit',
      data: { shipmentId, parts, reason: 'two vessels', by: 'user:oscar' },
    };

    it('names them, and takes nothing more but its end', () => {
      given(opened)
        .when(split(['30', '10']))
        .then(done);
      given(opened, done).when(prove()).thenRefused('shipments.shipment.closed');
      given(opened, done)
        .when(split(['30', '10']))
        .thenRefused('shipments.shipment.closed');
      given(opened, done)
        .when({ type: 'AmendShipment', portOfEntry: 'GBSOU' })
        .thenRefused('shipments.shipment.already-engaged');
      given(opened, done)
        .when({ type: 'CloseShipment', outcome: 'split', reason: null })
        .then({ type: 'ShipmentClosed', data: { shipmentId, outcome: 'split', reason: null } });
    });

    it('is refused when the parts do not add up', () => {
      given(opened)
        .when(split(['30', '11']))
        .thenRefused('shipments.split.uneven');
    });
  });
});
