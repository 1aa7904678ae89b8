import { exact, fold, newId, TidewaiterError } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import fc from 'fast-check';
import {
  guarantee,
  headroomOf,
  reservedOf,
  type Guarantee,
  type GuaranteeCommand,
  type GuaranteeEvent,
} from './guarantee.js';

const given = specFor(guarantee);
const [guaranteeId, importerId, first, second] = [newId(), newId(), newId(), newId()];
const gbp = (amount: string) => ({ amount, currency: 'GBP' });

const terms = { guaranteeId, importerId, destination: 'GB', reference: 'CCG-1', limit: gbp('1000.00') };
const registered: GuaranteeEvent = { type: 'GuaranteeRegistered', data: terms };
const reserved = (shipmentId: string, amount: string, headroom: string): GuaranteeEvent => ({
  type: 'GuaranteeReserved',
  data: { guaranteeId, shipmentId, amount: gbp(amount), headroom: gbp(headroom) },
});
const released = (shipmentId: string, amount: string): GuaranteeEvent => ({
  type: 'GuaranteeReleased',
  data: { guaranteeId, shipmentId, amount: gbp(amount) },
});
const reserve = (shipmentId: string, amount: string): GuaranteeCommand => ({
  type: 'ReserveHeadroom',
  shipmentId,
  amount: gbp(amount),
});
const release = (shipmentId: string): GuaranteeCommand => ({ type: 'ReleaseHeadroom', shipmentId });

describe('a guarantee', () => {
  it('holds headroom for a shipment and says what is left', () => {
    given(registered)
      .when(reserve(first, '282.66'))
      .then(reserved(first, '282.66', '717.34'));
  });
  it('can be used to its last penny', () => {
    given(registered, reserved(first, '999.99', '0.01'))
      .when(reserve(second, '0.01'))
      .then(reserved(second, '0.01', '0.00'));
  });
  it('refuses what goes beyond it', () => {
    given(registered, reserved(first, '999.99', '0.01'))
      .when(reserve(second, '0.02'))
      .thenRefused('shipments.guarantee.short');
  });
  it('takes the same reservation again as one fact', () => {
    given(registered, reserved(first, '10.00', '990.00'))
      .when(reserve(first, '10.0'))
      .thenNothing();
  });
  it('replaces a shipment’s reservation when its debt changes, and does not count the old one against it', () => {
    given(registered, reserved(first, '900.00', '100.00'))
      .when(reserve(first, '950.00'))
      .then(reserved(first, '950.00', '50.00'));
  });
  it('gives back once, however often it is asked', () => {
    given(registered, reserved(first, '10.00', '990.00'))
      .when(release(first))
      .then(released(first, '10.00'));
    given(registered, reserved(first, '10.00', '990.00'), released(first, '10.00'))
      .when(release(first))
      .thenNothing();
    given(registered).when(release(first)).thenNothing();
  });
  it('refuses another currency', () => {
    given(registered)
      .when({ type: 'ReserveHeadroom', shipmentId: first, amount: { amount: '1.00', currency: 'EUR' } })
      .thenRefused('shipments.guarantee.currency');
  });
  it('refuses a negative amount and a limit of nothing', () => {
    given(registered).when(reserve(first, '-0.01')).thenRefused('shipments.guarantee.amount');
    given()
      .when({ type: 'RegisterGuarantee', ...terms, limit: gbp('0.00') })
      .thenRefused('shipments.guarantee.limit');
  });
  it('is registered once, and before anything is held under it', () => {
    given()
      .when({ type: 'RegisterGuarantee', ...terms })
      .then(registered);
    given(registered)
      .when({ type: 'RegisterGuarantee', ...terms })
      .thenRefused('shipments.guarantee.exists');
    given().when(reserve(first, '1.00')).thenRefused('shipments.guarantee.unknown');
  });
});

describe('a sheet of a guarantee’s account', () => {
  const full = fold(guarantee, [registered, reserved(first, '10.00', '990.00'), reserved(second, '5.00', '985.00')]);
  const carried: GuaranteeEvent = {
    type: 'GuaranteeCarriedForward',
    data: {
      ...terms,
      sheet: 2,
      reservations: [
        { shipmentId: first, amount: gbp('10.00') },
        { shipmentId: second, amount: gbp('5.00') },
      ],
    },
  };
  const forward = { type: 'CarryForward' as const, from: full as Extract<Guarantee, { status: 'registered' }> };
  it('begins with the terms and what is held, and says the same as the one before', () => {
    given().when(forward).then(carried);
    expect(fold(guarantee, [carried])).toEqual({ ...full, sheet: 2 });
  });
  it('begins once', () => {
    given(carried).when(forward).thenNothing();
  });
  it('goes on where the one before stopped', () => {
    given(carried).when(release(second)).then(released(second, '5.00'));
    given(carried).when(reserve(first, '10.00')).thenNothing();
  });
});

describe('whatever is asked of a guarantee', () => {
  const pence = (n: number) => exact(String(n)).div('100').toFixed(2);
  const shipments = [newId(), newId(), newId(), newId()];
  const command = fc.oneof(
    fc
      .record({ who: fc.constantFrom(...shipments), pence: fc.integer({ min: 0, max: 120_000 }) })
      .map((each) => reserve(each.who, pence(each.pence))),
    fc.constantFrom(...shipments).map(release),
  );
  type Registered = Extract<Guarantee, { status: 'registered' }>;
  const obey = (state: Registered, each: GuaranteeCommand): Registered => {
    try {
      return guarantee
        .decide(state, each)
        .reduce((now, event) => guarantee.evolve(now, event), state as Guarantee) as Registered;
    } catch (error) {
      expect((error as TidewaiterError).code).toBe('shipments.guarantee.short');
      return state;
    }
  };
  const begin = fold(guarantee, [registered]) as Registered;

  it('its headroom never falls below zero, and headroom and reservations add up to the limit', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        let state = begin;
        for (const each of commands) {
          state = obey(state, each);
          expect(exact(headroomOf(state).amount).isNegative()).toBe(false);
          expect(exact(headroomOf(state).amount).plus(reservedOf(state).amount).toFixed(2)).toBe('1000.00');
        }
      }),
    );
  });

  it('once every shipment is given back, all of it is free again', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const state = [...commands, ...shipments.map(release)].reduce(obey, begin);
        expect(headroomOf(state)).toEqual(gbp('1000.00'));
      }),
    );
  });
});
