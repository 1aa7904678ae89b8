import { exact, fold, TidewaiterError } from '@tidewaiter/kernel';
import { specFor } from '@tidewaiter/kernel/testing';
import fc from 'fast-check';
import {
  delivery,
  remainingOf,
  returnedOf,
  type Delivery,
  type DeliveryCommand,
  type DeliveryEvent,
  type Proof,
} from './delivery.js';

const given = specFor(delivery);
const base = { shipmentId: 's1', bookingId: 'b1' };
const noon = '2026-11-24T12:00:00.000000Z';
const evening = '2026-11-24T18:00:00.000000Z';
const pieces = (value: string) => ({ value, unit: 'NAR' });
const released = [
  { line: 1, quantity: pieces('40') },
  { line: 2, quantity: pieces('10.5') },
];
const opened: DeliveryEvent = { type: 'DeliveryOpened', data: { ...base, released } };
const claim = (quantities: [number, string][] | null, at = noon, bookingId = 'b1'): DeliveryCommand => ({
  type: 'RecordDelivered',
  bookingId,
  quantities: quantities?.map(([line, value]) => ({ line, value, unit: 'NAR' })) ?? null,
  at,
});
const delivered = (line: number, value: string, left: string, at = noon): DeliveryEvent => ({
  type: 'GoodsDelivered',
  data: { ...base, line, quantity: pieces(value), remaining: pieces(left), at },
});
const proof: Proof = {
  ...base,
  sha256: 'a'.repeat(64),
  mediaType: 'application/pdf',
  size: 9,
  signedBy: 'A. Okafor',
  at: evening,
  level: 'evidenced',
};
const captured: DeliveryEvent = { type: 'ProofOfDeliveryCaptured', data: proof };
const ended = (at = evening): DeliveryEvent => ({ type: 'ShipmentDelivered', data: { ...base, at } });
const all = [delivered(1, '40', '0'), delivered(2, '10.5', '0')] as const;

const next = (state: Delivery, command: DeliveryCommand): Delivery => {
  try {
    return delivery.decide(state, command).reduce((each, event) => delivery.evolve(each, event), state);
  } catch (error) {
    if (error instanceof TidewaiterError) return state;
    throw error;
  }
};

it('opens with what customs released, once', () => {
  const open: DeliveryCommand = { type: 'OpenDelivery', ...base, released };
  given().when(open).then(opened);
  given(opened).when(open).thenNothing();
  given(opened, ...all, captured, ended())
    .when(open)
    .thenNothing();
});
it('records nothing before anything was released', () => {
  given().when(claim(null)).thenRefused('carriers.delivery.not-open');
});
it('moves quantities from remaining to delivered', () => {
  given(opened)
    .when(claim([[1, '30']]))
    .then(delivered(1, '30', '10'));
  given(opened, delivered(1, '30', '10'))
    .when(
      claim(
        [
          [2, '0.5'],
          [1, '10.0'],
        ],
        evening,
      ),
    )
    .then(delivered(2, '0.5', '10', evening), delivered(1, '10', '0', evening));
});
it('takes what is left when the claim names no quantities', () => {
  given(opened, delivered(1, '30', '10'))
    .when(claim(null, evening))
    .then(delivered(1, '10', '0', evening), delivered(2, '10.5', '0', evening));
  given(opened, ...all)
    .when(claim(null))
    .thenNothing();
});
it.each<[string, [number, string][]]>([
  ['more than remains', [[1, '40.000000000001']]],
  [
    'one line twice, together more than remains',
    [
      [1, '30'],
      [1, '11'],
    ],
  ],
  [
    'a good line beside a bad one',
    [
      [2, '1'],
      [1, '41'],
    ],
  ],
])('refuses the whole claim: %s', (_what, quantities) => {
  given(opened).when(claim(quantities)).thenRefused('carriers.delivery.exceeds');
});
it('refuses a line, or a unit, that was not released', () => {
  given(opened)
    .when(claim([[3, '1']]))
    .thenRefused('carriers.delivery.unknown-line');
  const kilos: DeliveryCommand = {
    type: 'RecordDelivered',
    bookingId: 'b1',
    quantities: [{ line: 1, value: '1', unit: 'KGM' }],
    at: noon,
  };
  given(opened).when(kilos).thenRefused('carriers.delivery.unknown-line');
});
it('ends when nothing remains and there is evidence', () => {
  given(opened, ...all)
    .when({ type: 'CaptureProof', proof })
    .then(captured, ended());
  given(opened, delivered(1, '40', '0'))
    .when({ type: 'CaptureProof', proof })
    .then(captured);
});
it('wants evidence from after the last delivery', () => {
  const part = [opened, delivered(1, '40', '0'), captured] as const;
  given(...part)
    .when(claim([[2, '10.5']]))
    .then(delivered(2, '10.5', '0'));
  given(...part, delivered(2, '10.5', '0'))
    .when({ type: 'CaptureProof', proof })
    .then(captured, ended());
});
it('takes no evidence for nothing, and the same evidence once', () => {
  given(opened).when({ type: 'CaptureProof', proof }).thenNothing();
  given(opened, delivered(1, '30', '10'), captured)
    .when({ type: 'CaptureProof', proof })
    .thenNothing();
});
it('ends once', () => {
  const past = [opened, ...all, captured, ended()] as const;
  given(...past)
    .when({ type: 'CaptureProof', proof })
    .thenNothing();
  given(...past)
    .when(claim(null))
    .thenNothing();
  given(...past)
    .when(claim([[1, '1']]))
    .thenRefused('carriers.delivery.exceeds');
});

describe('what the consignee does not take', () => {
  const clerk = { by: 'user:clerk', at: evening };
  const refuse = (...lines: [number, string][]): DeliveryCommand => ({
    ...{ type: 'RecordRefused', reason: 'bent', ...clerk },
    lines: lines.map(([line, value]) => ({ line, value, unit: 'NAR' })),
  });
  const refused = (line: number, value: string, left: string): DeliveryEvent => ({
    type: 'GoodsRefused',
    data: { ...base, line, quantity: pieces(value), remaining: pieces(left), reason: 'bent', ...clerk },
  });
  const dispose = (line: number, value: string): DeliveryCommand => ({
    ...{ type: 'DisposeRefused', how: 're-exported', reference: '26GB1', ...clerk },
    lines: [{ line, value, unit: 'NAR' }],
  });
  const disposed = (line: number, value: string): DeliveryEvent => ({
    type: 'RefusedGoodsDisposed',
    data: { ...base, line, quantity: pieces(value), how: 're-exported', reference: '26GB1', ...clerk },
  });

  it('is no more than what remains, and leaves the account only as it is dealt with', () => {
    given(opened, delivered(1, '25', '15'))
      .when(refuse([1, '15'], [2, '10.5']))
      .then(refused(1, '15', '0'), refused(2, '10.5', '0'));
    given(opened, delivered(1, '25', '15'))
      .when(refuse([1, '15.5']))
      .thenRefused('carriers.delivery.exceeds');
    given(opened, refused(1, '15', '25'))
      .when(claim([[1, '26']]))
      .thenRefused('carriers.delivery.exceeds');
    given(opened, refused(1, '15', '25'))
      .when(dispose(1, '16'))
      .thenRefused('carriers.delivery.exceeds');
  });
  it('keeps the delivery open until it was dealt with; the end says what became of it', () => {
    const past = [opened, delivered(1, '25', '15'), captured, refused(1, '15', '0'), refused(2, '10.5', '0')] as const;
    given(...past)
      .when(dispose(2, '10.5'))
      .then(disposed(2, '10.5'));
    const part = (line: number, value: string) => ({
      line,
      quantity: pieces(value),
      how: 're-exported' as const,
      reference: '26GB1',
    });
    given(...past, disposed(2, '10.5'))
      .when(dispose(1, '15'))
      .then(disposed(1, '15'), {
        type: 'ShipmentDelivered',
        data: { ...base, at: evening, notTaken: [part(1, '15'), part(2, '10.5')] },
      });
  });
  it('adds up with what was delivered and what is open, whatever happens', () => {
    const step = fc.record({
      kind: fc.constantFrom('deliver', 'refuse', 'dispose'),
      line: fc.constantFrom(1, 2),
      value: fc.integer({ min: 1, max: 50 }).map((n) => String(n / 2)),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let state: Delivery = fold(delivery, [opened]);
        for (const { kind, line, value } of steps) {
          const command = {
            deliver: claim([[line, value]]),
            refuse: refuse([line, value]),
            dispose: dispose(line, value),
          }[kind];
          state = next(state, command);
          if (state.status === 'none') throw new Error('it is open');
          for (const each of state.lines) {
            const parts = [each.delivered, each.refused ?? '0', returnedOf(each), remainingOf(each)].map((part) =>
              exact(part),
            );
            expect(parts.every((part) => !part.isNegative())).toBe(true);
            expect(parts.reduce((sum, part) => sum.plus(part)).toFixed()).toBe(each.released);
          }
        }
      }),
    );
  });
});

describe('another booking takes over', () => {
  const second = { shipmentId: 's1', bookingId: 'b2' };
  const reopened: DeliveryEvent = { type: 'DeliveryOpened', data: { ...second, released } };
  const open: DeliveryCommand = { type: 'OpenDelivery', ...second, released };

  it('what is left, and ends under its own name', () => {
    given(opened, delivered(1, '40', '0'), captured)
      .when(open)
      .then(reopened);
    given(opened, delivered(1, '40', '0'), captured, reopened)
      .when(claim(null, evening, 'b2'))
      .then({
        type: 'GoodsDelivered',
        data: { ...second, line: 2, quantity: pieces('10.5'), remaining: pieces('0'), at: evening },
      });
  });
  it('while the first one still owes evidence', () => {
    const past = [opened, delivered(1, '40', '0'), reopened] as const;
    const rest: DeliveryEvent = {
      type: 'GoodsDelivered',
      data: { ...second, line: 2, quantity: pieces('10.5'), remaining: pieces('0'), at: noon },
    };
    const others: DeliveryEvent = { type: 'ProofOfDeliveryCaptured', data: { ...proof, ...second } };
    given(...past, rest)
      .when({ type: 'CaptureProof', proof: { ...proof, ...second } })
      .then(others);
    given(...past, rest, others)
      .when({ type: 'CaptureProof', proof })
      .then(captured, { type: 'ShipmentDelivered', data: { ...second, at: evening } });
  });
  it('and the first one moves nothing any more', () => {
    given(opened, reopened).when(claim(null)).thenRefused('carriers.delivery.other-booking');
  });
  it('not with less than is delivered already', () => {
    given(opened, delivered(1, '30', '10'))
      .when({ type: 'OpenDelivery', ...second, released: [{ line: 1, quantity: pieces('29') }] })
      .thenRefused('carriers.delivery.exceeds');
  });
});

describe('for any claims in any order', () => {
  const quantity = fc
    .integer({ min: 0, max: 60_000 })
    .map((thousandths) => exact(String(thousandths)).dividedBy(1000).toFixed());
  const someClaim = fc
    .option(fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), quantity), { maxLength: 3 }))
    .map((each) => claim(each));
  const sums = (state: Delivery) => (state.status === 'none' ? [] : state.lines.map(({ delivered }) => delivered));

  it('accounts are never negative and always sum to what was released', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(someClaim, fc.constant<DeliveryCommand>({ type: 'CaptureProof', proof })), { maxLength: 12 }),
        (commands) => {
          const told: DeliveryEvent[] = [];
          let state = fold(delivery, [opened]);
          for (const command of commands) {
            const before = state;
            state = next(state, command);
            if (before !== state) told.push(...delivery.decide(before, command));
            if (state.status === 'none') throw new Error('it was open');
            for (const line of state.lines) {
              expect(exact(line.delivered).isNegative()).toBe(false);
              expect(exact(remainingOf(line)).isNegative()).toBe(false);
              expect(exact(remainingOf(line)).plus(line.delivered).toFixed()).toBe(line.released);
            }
          }
          const ends = told.filter(({ type }) => type === 'ShipmentDelivered').length;
          expect(ends).toBe(state.status === 'delivered' ? 1 : 0);
        },
      ),
    );
  });
  it('claims that fit together give the same sums in any order', () => {
    const fitting = fc
      .array(
        fc.tuple(
          fc.integer({ min: 1, max: 2 }),
          fc.integer({ min: 1, max: 2000 }).map((each) => exact(String(each)).dividedBy(1000).toFixed()),
        ),
        { maxLength: 5 },
      )
      .map((each) => each.map((one) => claim([one])));
    const shuffled = fitting.chain((each) =>
      fc.tuple(fc.constant(each), fc.shuffledSubarray(each, { minLength: each.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const open = fold(delivery, [opened]);
        expect(sums(one.reduce(next, open))).toEqual(sums(other.reduce(next, open)));
      }),
    );
  });
});
