import { fold, newId } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import fc from 'fast-check';
import {
  coveredUntil,
  engagement,
  engagementStatus,
  groundAgainstShipment,
  mandateFor,
  nextReviewDay,
  type Engagement,
  type EngagementEvent,
  type Mandate,
} from './engagement.js';

const given = specFor(engagement);
const [engagementId, importerId] = [newId(), newId()];
type Opened = Extract<EngagementEvent, { type: 'EngagementOpened' }>['data'];
type Known = Exclude<Engagement, { status: 'none' }>;

const terms: Opened = {
  engagementId,
  kind: 'ongoing',
  customer: { name: 'Northwind Robotics' },
  importerId,
  destinations: ['GB'],
  validFrom: '2026-01-01',
  validTo: null,
};
const opened = (changes: Partial<Opened> = {}): EngagementEvent => ({
  type: 'EngagementOpened',
  data: { ...terms, ...changes },
});
const mandate = (validFrom: string, validTo: string, destinations = ['GB']): Mandate => ({
  mandateId: newId(),
  grantor: 'Northwind Robotics',
  destinations,
  validFrom,
  validTo,
});
const granted = (each: Mandate): EngagementEvent => ({ type: 'MandateGranted', data: { engagementId, ...each } });
const known = (...events: EngagementEvent[]) => fold(engagement, events) as Known;
const review = (on: string) => ({ type: 'ReviewEngagement' as const, on, noticeDays: 30 });
const suspended: EngagementEvent = {
  type: 'EngagementSuspended',
  data: { engagementId, code: 'shipments.mandate.ended', says: 'The power of attorney ended on 2026-12-31.' },
};
const ended: EngagementEvent = { type: 'EngagementEnded', data: { engagementId, reason: 'customer left' } };
const year = mandate('2026-01-01', '2026-12-31');

describe('an engagement', () => {
  it('is opened once, with a last day that does not lie before the first', () => {
    given()
      .when({ type: 'OpenEngagement', ...terms })
      .then(opened());
    given()
      .when({ type: 'OpenEngagement', ...terms, validTo: '2025-12-31' })
      .thenRefused('shipments.engagement.dates');
    given(opened())
      .when({ type: 'OpenEngagement', ...terms })
      .thenRefused('shipments.engagement.exists');
  });
  it('takes powers of attorney, each once and with days in order', () => {
    given(opened())
      .when({ type: 'GrantMandate', ...year })
      .then(granted(year));
    given(opened(), granted(year))
      .when({ type: 'GrantMandate', ...year })
      .thenNothing();
    given(opened())
      .when({ type: 'GrantMandate', ...mandate('2026-02-01', '2026-01-31') })
      .thenRefused('shipments.mandate.dates');
  });
  it('takes nothing more once it has ended', () => {
    given(opened(), ended)
      .when({ type: 'GrantMandate', ...year })
      .thenRefused('shipments.engagement.ended');
    given(opened(), ended).when({ type: 'EndEngagement', reason: 'again' }).thenRefused('shipments.engagement.ended');
    given(opened()).when({ type: 'EndEngagement', reason: 'customer left' }).then(ended);
  });
  it('must be open before it can be changed', () => {
    given()
      .when({ type: 'GrantMandate', ...year })
      .thenRefused('shipments.engagement.unknown');
  });
});

describe('standing under an engagement', () => {
  it.each([
    ['on the first day of the mandate', '2026-01-01', null],
    ['on its last day', '2026-12-31', null],
    ['on the day after', '2027-01-01', 'shipments.mandate.missing'],
    ['before the engagement begins', '2025-12-31', 'shipments.engagement.not-in-force'],
  ])('%s', (_, on, code) => {
    expect(groundAgainstShipment(known(opened(), granted(year)), 'GB', on)?.code ?? null).toBe(code);
  });
  it('is refused for a destination that no mandate names', () => {
    const here = known(opened(), granted(mandate('2026-01-01', '2026-12-31', ['DE'])));
    expect(groundAgainstShipment(here, 'GB', '2026-06-01')).toMatchObject({
      code: 'shipments.mandate.missing',
      says: expect.stringContaining('held: DE 2026-01-01 to 2026-12-31'),
    });
  });
  it('is refused while suspended, after the end, and after the agreed last day', () => {
    for (const here of [known(opened(), granted(year), suspended), known(opened(), granted(year), ended)]) {
      expect(groundAgainstShipment(here, 'GB', '2026-06-01')?.code).toBe('shipments.engagement.not-in-force');
    }
    const short = known(opened({ validTo: '2026-05-31' }), granted(year));
    expect(groundAgainstShipment(short, 'GB', '2026-06-01')?.code).toBe('shipments.engagement.not-in-force');
    expect(engagementStatus(short, '2026-06-01')).toBe('ended');
  });
  it('leans on the mandate that lasts longest', () => {
    const longer = mandate('2026-06-01', '2027-05-31');
    const here = known(opened(), granted(year), granted(longer));
    expect(mandateFor(here, 'GB', '2026-07-01')?.mandateId).toBe(longer.mandateId);
    expect(coveredUntil(here, '2026-02-01')).toBe('2027-05-31');
  });
  it('is refused while goods of one of its shipments are seized, for each of them', () => {
    const freeze = (shipmentId: string) => ({
      type: 'FreezeMandate' as const,
      shipmentId,
      says: 'goods seized: marks',
    });
    const frozen = (shipmentId: string): EngagementEvent => ({
      type: 'MandateFrozen',
      data: { engagementId, shipmentId, says: 'goods seized: marks' },
    });
    const thaw = { type: 'ThawMandate' as const, reason: 'remitted', by: 'user:counsel', asked: true };
    const thawed = (shipmentId: string): EngagementEvent => ({
      type: 'MandateThawed',
      data: { engagementId, shipmentId, reason: 'remitted', by: 'user:counsel' },
    });
    const [one, two] = [newId(), newId()];
    given(opened(), granted(year)).when(freeze(one)).then(frozen(one));
    given(opened(), granted(year), frozen(one)).when(freeze(one)).thenNothing();
    given(opened(), granted(year), frozen(one))
      .when({ ...thaw, shipmentId: one })
      .then(thawed(one));
    given(opened(), granted(year))
      .when({ ...thaw, shipmentId: one })
      .thenRefused('shipments.mandate.not-frozen');
    given(opened(), granted(year))
      .when({ ...thaw, shipmentId: one, asked: false })
      .thenNothing();
    const half = known(opened(), granted(year), frozen(one), frozen(two), thawed(one));
    expect(groundAgainstShipment(half, 'GB', '2026-06-01')).toMatchObject({ code: 'shipments.mandate.frozen' });
    expect(engagementStatus(half, '2026-06-01')).toBe('suspended');
    const free = known(opened(), granted(year), frozen(one), thawed(one));
    expect(groundAgainstShipment(free, 'GB', '2026-06-01')).toBeNull();
  });
  it('shows one word a day', () => {
    expect(engagementStatus(known(opened()), '2026-06-01')).toBe('open');
    expect(engagementStatus(known(opened(), granted(year)), '2026-06-01')).toBe('in-force');
    expect(engagementStatus(known(opened(), suspended), '2026-06-01')).toBe('suspended');
  });
});

describe('the daily look at an ongoing engagement', () => {
  const expiring: EngagementEvent = {
    type: 'MandateExpiring',
    data: { engagementId, mandateId: year.mandateId, validTo: '2026-12-31' },
  };
  it('finds nothing 31 days before the end of the mandate', () => {
    given(opened(), granted(year)).when(review('2026-11-30')).thenNothing();
  });
  it('announces the end 30 days before it, once', () => {
    given(opened(), granted(year)).when(review('2026-12-01')).then(expiring);
    given(opened(), granted(year), expiring).when(review('2026-12-02')).thenNothing();
  });
  it('announces nothing when the next mandate follows without a gap', () => {
    given(opened(), granted(year), granted(mandate('2027-01-01', '2027-12-31')))
      .when(review('2026-12-15'))
      .thenNothing();
  });
  it('suspends on the day after the end, once', () => {
    given(opened(), granted(year), expiring).when(review('2027-01-01')).then(suspended);
    given(opened(), granted(year), expiring, suspended).when(review('2027-01-02')).thenNothing();
  });
  it('goes on once a new mandate is given', () => {
    given(opened(), granted(year), suspended)
      .when({ type: 'GrantMandate', ...mandate('2027-01-01', '2027-12-31') })
      .thenState((state) => expect(state.status).toBe('open'));
  });
  it('ends the engagement on the day after its last day, and leaves an ended one alone', () => {
    given(opened({ validTo: '2026-06-30' }), granted(year))
      .when(review('2026-07-01'))
      .then({ type: 'EngagementEnded', data: { engagementId, reason: 'agreed until 2026-06-30' } });
    given(opened(), ended).when(review('2027-01-01')).thenNothing();
  });
  it('waits before the first day and before the first mandate', () => {
    given(opened()).when(review('2026-06-01')).thenNothing();
    given(opened({ validFrom: '2026-07-01' }), granted(year))
      .when(review('2026-06-01'))
      .thenNothing();
  });
  it.each([
    ['the day of the announcement', '2026-06-01', '2026-12-01'],
    ['the day after the end, once announced', '2026-12-01', '2027-01-01'],
    ['a notice later, with nothing in force', '2027-01-01', '2027-01-31'],
  ])('comes back on %s', (_, on, next) => {
    expect(nextReviewDay(known(opened(), granted(year)), on)).toBe(next);
  });
  it('looks at each destination: the first mandate to run out is announced, and its end suspends', () => {
    const american = mandate('2026-01-01', '2026-09-30', ['US']);
    const elsewhere = mandate('2026-01-01', '2026-09-30', ['DE']);
    const both = [opened({ destinations: ['GB', 'US'] }), granted(year), granted(elsewhere), granted(american)];
    expect(coveredUntil(known(...both), '2026-06-01')).toBe('2026-09-30');
    given(...both)
      .when(review('2026-08-31'))
      .then({ type: 'MandateExpiring', data: { engagementId, mandateId: american.mandateId, validTo: '2026-09-30' } });
    given(...both)
      .when(review('2026-10-01'))
      .thenState((state) =>
        expect(state).toMatchObject({ status: 'suspended', because: 'No power of attorney covers US on 2026-10-01.' }),
      );
  });
  it('comes back at the end of the engagement, when that is earlier', () => {
    expect(nextReviewDay(known(opened({ validTo: '2026-06-30' }), granted(year)), '2026-06-01')).toBe('2026-07-01');
  });
  it('always comes back on a later day', () => {
    const day = fc
      .integer({ min: 0, max: 900 })
      .map((n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));
    const span = fc.tuple(day, day).map(([a, b]) => (a < b ? mandate(a, b) : mandate(b, a)));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 4 }), day, (mandates, on) => {
        expect(nextReviewDay(known(opened(), ...mandates.map(granted)), on) > on).toBe(true);
      }),
    );
  });
});
