import type { AuditEvent } from '@tidewaiter/contracts';
import { specFor } from '@tidewaiter/kernel/testing';
import { dossier, OWN_HOLD, type DossierCommand, type Seal } from './dossier.js';
import { matter, scopeKey } from './matter.js';

const shipmentId = '0192aaaa-0000-7000-8000-000000000001';
const seal: Seal = {
  origin: 'audit.example/log/acme',
  events: 12,
  streams: { [`shipment-${shipmentId}`]: 8, 'declaration-1': 4 },
  treeSize: 40,
  rootHash: 'cm9vdA==',
  checkpoint: 'note',
};
const retention = { jurisdiction: 'GB', law: 'VATA 1994', from: '2026-11-24', until: '2032-11-24' };

const sealed: AuditEvent[] = [
  { type: 'DossierSealed', data: { shipmentId, ...seal } },
  { type: 'RetentionClockSet', data: { shipmentId, ...retention } },
];
const heldBy = (by: string, matter = 'customs audit 2027'): AuditEvent => ({
  type: 'LegalHoldPlaced',
  data: { shipmentId, by, matter },
});
const liftedBy = (by: string): AuditEvent => ({ type: 'LegalHoldLifted', data: { shipmentId, by } });
const erased: AuditEvent = { type: 'PersonalDataErased', data: { shipmentId, keys: 1, law: 'VATA 1994' } };

const sealIt: DossierCommand = { type: 'SealDossier', shipmentId, seal, retention };
const place = (by: string, matter = 'customs audit 2027'): DossierCommand => ({
  type: 'PlaceHold',
  shipmentId,
  by,
  matter,
});
const lift = (by: string): DossierCommand => ({ type: 'LiftHold', shipmentId, by });
const eraseOn = (today: string, held: string | null = null): DossierCommand => ({
  type: 'ErasePersons',
  shipmentId,
  today,
  keys: 1,
  held,
});

const given = specFor(dossier);

describe('sealing', () => {
  it('records the seal and starts the retention clock', () =>
    given()
      .when(sealIt)
      .then(...sealed));
  it('happens once', () =>
    given(...sealed)
      .when(sealIt)
      .thenNothing());
});

describe('a legal hold', () => {
  it('may be placed before and after the seal', () => {
    given().when(place('user:ann')).then(heldBy('user:ann'));
    given(...sealed)
      .when(place('user:ann'))
      .then(heldBy('user:ann'));
  });
  it('placed again by the same person for the same matter is one hold', () =>
    given(heldBy('user:ann')).when(place('user:ann')).thenNothing());
  it('is refused while another one stands', () =>
    given(heldBy('user:ann')).when(place('user:bob', 'a dispute')).thenRefused('audit.hold.placed'));
  it('is lifted by another person, never by who placed it', () => {
    given(heldBy('user:ann')).when(lift('user:bob')).then(liftedBy('user:bob'));
    given(heldBy('user:ann'))
      .when(lift('user:ann'))
      .then({
        type: 'LegalHoldLiftRefused',
        data: {
          shipmentId,
          by: 'user:ann',
          code: 'audit.hold.same-person',
          says: 'who placed a hold may not lift it',
        },
      });
  });
  it('cannot be lifted when there is none', () => {
    given(...sealed)
      .when(lift('user:bob'))
      .thenRefused('audit.hold.none');
    given(heldBy('user:ann'), liftedBy('user:bob')).when(lift('user:cid')).thenRefused('audit.hold.none');
  });
  it('comes too late for persons that were erased', () =>
    given(...sealed, erased)
      .when(place('user:ann'))
      .thenRefused('audit.dossier.erased'));
});

describe('erasure', () => {
  const approve = (by: string, today = '2033-01-01', held: string | null = null) => ({
    type: 'ApproveDisposal' as const,
    shipmentId,
    by,
    today,
    held,
  });
  const approved = (by: string): AuditEvent => ({
    type: 'DisposalApproved',
    data: { shipmentId, by, until: '2032-11-24' },
  });
  const both = [approved('user:ann'), approved('user:bob')];

  it('is approved by two different people', () => {
    given(...sealed)
      .when(approve('user:ann'))
      .then(approved('user:ann'));
    given(...sealed, approved('user:ann'))
      .when(approve('user:bob'))
      .then(approved('user:bob'));
    given(...sealed, approved('user:ann'))
      .when(approve('user:ann'))
      .then({
        type: 'DisposalApprovalRefused',
        data: {
          shipmentId,
          by: 'user:ann',
          code: 'audit.disposal.same-person',
          says: 'a disposal is approved by two different people',
        },
      });
    given(...sealed, approved('user:ann'))
      .when(eraseOn('2033-01-01'))
      .thenRefused('audit.disposal.not-approved');
    given(...sealed, ...both)
      .when(eraseOn('2033-01-01'))
      .then(erased);
  });
  it('is due on the day after the last day of keeping, not on it', () => {
    given(...sealed)
      .when(approve('user:ann', '2032-11-24'))
      .thenRefused('audit.retention.not-due');
    given(...sealed)
      .when(approve('user:ann', '2032-11-25'))
      .then(approved('user:ann'));
    given(...sealed, ...both)
      .when(eraseOn('2032-11-24'))
      .thenRefused('audit.retention.not-due');
    given(...sealed, ...both)
      .when(eraseOn('2032-11-25'))
      .then(erased);
  });
  it('waits for a hold on the dossier, a party or the customer, and follows when it was lifted', () => {
    given(...sealed, ...both, heldBy('user:ann'))
      .when(eraseOn('2033-01-01'))
      .thenRefused('audit.dossier.on-hold');
    given(...sealed, ...both)
      .when(eraseOn('2033-01-01', 'a dispute'))
      .thenRefused('audit.dossier.on-hold');
    given(...sealed)
      .when(approve('user:ann', '2033-01-01', 'a dispute'))
      .thenRefused('audit.dossier.on-hold');
    given(...sealed, ...both, heldBy('user:ann'), liftedBy('user:bob'))
      .when(eraseOn('2033-01-01'))
      .then(erased);
  });
  it('is approved anew when the clock was set anew', () => {
    const retention = { jurisdiction: 'GB', law: 'a longer law', from: '2026-11-24', until: '2040-11-24' };
    const longer = { type: 'RetentionClockSet' as const, data: { shipmentId, ...retention } };
    given(...sealed, ...both)
      .when({ type: 'ResetClock', shipmentId, retention })
      .then(longer);
    given(...sealed, longer)
      .when({ type: 'ResetClock', shipmentId, retention })
      .thenNothing();
    given(...sealed, ...both, longer)
      .when(eraseOn('2041-01-01'))
      .thenRefused('audit.disposal.not-approved');
  });
  it('needs a seal', () => {
    given().when(eraseOn('2033-01-01')).thenRefused('audit.dossier.not-sealed');
    given().when(approve('user:ann')).thenRefused('audit.dossier.not-sealed');
  });
  it('happens once', () => {
    given(...sealed, ...both, erased)
      .when(eraseOn('2033-01-01'))
      .thenNothing();
    given(...sealed, ...both, erased)
      .when(approve('user:cid'))
      .thenNothing();
  });
});

describe('a hold on a customer or party', () => {
  const scope = { kind: 'customer' as const, name: 'Rosenthal & Söhne' };
  const placed = { type: 'MatterHoldPlaced' as const, data: { matterId: 'm', by: 'user:ann', matter: 'fraud', scope } };
  const of = specFor(matter);
  it('is placed once and lifted by another person', () => {
    of()
      .when({ type: 'PlaceMatterHold', ...placed.data })
      .then(placed);
    of(placed)
      .when({ type: 'PlaceMatterHold', ...placed.data })
      .thenNothing();
    const refused = {
      type: 'MatterHoldLiftRefused' as const,
      data: { matterId: 'm', by: 'user:ann', ...OWN_HOLD },
    };
    of(placed).when({ type: 'LiftMatterHold', matterId: 'm', by: 'user:ann' }).then(refused);
    const lifted = { type: 'MatterHoldLifted' as const, data: { matterId: 'm', by: 'user:bob' } };
    of(placed).when({ type: 'LiftMatterHold', matterId: 'm', by: 'user:bob' }).then(lifted);
    of(placed, lifted).when({ type: 'LiftMatterHold', matterId: 'm', by: 'user:bob' }).thenRefused('audit.hold.none');
  });
  it('meets a name whatever its case and spaces', () => {
    expect(scopeKey({ kind: 'customer', name: '  ROSENTHAL &  söhne ' })).toBe(scopeKey(scope));
    expect(scopeKey({ kind: 'party', identifier: scope.name })).not.toBe(scopeKey(scope));
  });
});
