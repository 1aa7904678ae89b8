import fc from 'fast-check';
import { classOf, trackingState, type Milestone } from './milestones.js';

const at = (milestone: string, instant: string, classifier: Milestone['classifier'] = 'actual'): Milestone => ({
  milestone,
  at: `2026-${instant}:00.000000Z`,
  classifier,
});

describe('where the goods are', () => {
  it('nowhere before anything happened', () => {
    expect(trackingState([])).toBeNull();
    expect(trackingState([at('delivered', '03-05T10:00', 'planned')])).toBeNull();
  });
  it('what happened last, whatever was received last', () => {
    const told = [
      at('discharged', '03-04T09:00'),
      at('departed', '02-01T12:00'),
      at('loaded', '01-31T12:00'),
      at('arrived', '03-04T06:00'),
    ];
    expect(trackingState(told)).toBe('discharged');
  });
  it('the farthest within two hours, because clocks differ', () => {
    expect(trackingState([at('departed', '02-01T10:00'), at('loaded', '02-01T10:40')])).toBe('departed');
    expect(trackingState([at('departed', '02-01T10:00'), at('loaded', '02-01T12:00')])).toBe('departed');
    expect(trackingState([at('departed', '02-01T10:00'), at('loaded', '02-01T12:01')])).toBe('loaded');
  });
  it('two hours from the latest, not from one to the next', () => {
    const told = [at('out-for-delivery', '02-01T08:00'), at('available', '02-01T09:30'), at('accepted', '02-01T11:00')];
    expect(trackingState(told)).toBe('available');
  });
  it('back at the terminal when the last mile failed and the box was gated in again', () => {
    expect(trackingState([at('out-for-delivery', '02-01T08:10'), at('accepted', '02-01T19:05')])).toBe('accepted');
  });
  it('at a stop, although the rank before it is high and near', () => {
    expect(trackingState([at('out-for-delivery', '02-01T08:10'), at('booking-cancelled', '02-01T09:30')])).toBe(
      'booking-cancelled',
    );
  });
  it('moving again after a stop, without what lies before it', () => {
    const told = [
      at('out-for-delivery', '02-01T08:10'),
      at('booking-cancelled', '02-01T08:30'),
      at('booking-confirmed', '02-01T08:50'),
    ];
    expect(trackingState(told)).toBe('booking-confirmed');
  });
  it('where it arrived, whatever was estimated before and after', () => {
    const told = [
      at('departed', '02-01T10:00'),
      at('arrived', '03-04T10:00', 'estimated'),
      at('arrived', '03-05T02:00'),
      at('delivered', '03-06T10:00', 'estimated'),
    ];
    expect(trackingState(told)).toBe('arrived');
  });
  it('not moved by news of the box, of customs, or by what nobody could read', () => {
    const told = [
      at('departed', '02-01T10:00'),
      ...['empty-returned', 'sealed', 'customs-released', 'border-crossed', 'unmapped', 'constructor'].map((each) =>
        at(each, '02-02T10:00'),
      ),
    ];
    expect(trackingState(told)).toBe('departed');
  });
  it('the same for any order of the same milestones', () => {
    const name = fc.constantFrom(
      'loaded',
      'departed',
      'arrived',
      'booking-cancelled',
      'booking-declined',
      'delivered',
      'sealed',
    );
    const milestone = fc.record({
      milestone: name,
      at: fc.integer({ min: 0, max: 5 }).map((each) => new Date(each * 3_600_000).toISOString()),
      classifier: fc.constantFrom<Milestone['classifier']>('actual', 'estimated'),
    });
    const shuffled = fc
      .array(milestone, { maxLength: 8 })
      .chain((told) => fc.tuple(fc.constant(told), fc.shuffledSubarray(told, { minLength: told.length })));
    fc.assert(fc.property(shuffled, ([told, again]) => trackingState(told) === trackingState(again)));
  });
});

it('takes an arrival at a place that is not ours for a stop on the way', () => {
  expect(classOf('arrived', 'unknown')).toBe('in-transit');
  expect(classOf('arrived', 'origin')).toBe('destination');
  expect(classOf('delivered', 'delivery')).toBe('delivered');
});
