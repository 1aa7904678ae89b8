import { newId } from '@tidewaiter/kernel';
import fc from 'fast-check';
import {
  evolveBoard,
  initialBoard,
  paidOf,
  payableOf,
  stageOf,
  summaryOf,
  waitingForOf,
  type BoardEvent,
  type BoardRow,
} from './board.js';
import { says } from './says.js';
import { without } from './without.js';

const shipmentId = newId();
let second = 0;
const at = (): string => `2026-11-24T10:00:${String((second += 1)).padStart(2, '0')}.000000Z`;
const event = (type: string, data: Record<string, unknown> = {}): BoardEvent => ({
  type,
  data: { shipmentId, ...data },
  time: at(),
});
const gbp = (amount: string) => ({ amount, currency: 'GBP' });
const boardOf = (...events: BoardEvent[]): BoardRow => events.reduce(evolveBoard, initialBoard);
beforeEach(() => {
  second = 0;
});

const taskId = newId();
const raised = () =>
  event('TaskRaised', {
    taskId,
    kind: 'approve-payment',
    role: 'approver',
    says: 'Approve 282.66 GBP',
    due: '2026-12-01T00:00:00Z',
  });
const notified = (kind: string, amount: string) =>
  event('DutyNotified', { kind, total: gbp(amount), mrn: '26GBABCDEFGHIJKLM5' });
const assessed = (payableNow: string) =>
  event('DutyAssessed', {
    lawDate: '2026-11-24',
    currency: 'GBP',
    totals: { duty: '0.00', tax: payableNow, fees: '0.00', payableNow },
  });
const settled = (paymentId: string, amount: string) =>
  event('PaymentSettled', { paymentId, amount: gbp(amount), bankReference: 'B-1' });
const bounced = (paymentId: string, amount: string) =>
  event('PaymentBounced', { paymentId, amount: gbp(amount), reason: 'insufficient funds' });

describe('the board', () => {
  it('says of a shipment nobody has heard of what it waits for', () => {
    expect([stageOf(initialBoard), waitingForOf(initialBoard), initialBoard.events]).toEqual([
      'engagement',
      'engagement',
      0,
    ]);
  });

  it('follows a shipment through its stages to the archive', () => {
    const story = [
      event('ShipmentOpened', { reference: 'NW-1', origin: 'CN', portOfEntry: 'GBFXT', transport: 'ocean' }),
      event('ShipmentEngaged', { lawDate: '2026-11-24', mandateUntil: '2026-12-31' }),
      event('DocumentSetCompleted', { set: { invoice: { number: 'I-1', total: gbp('1.00') } } }),
      event('GoodsReleased', { kind: 'full', mrn: null }),
      event('ShipmentDelivered'),
      event('ShipmentClosed', { outcome: 'delivered', reason: null }),
      event('DossierSealed', { events: 31, treeSize: 31 }),
    ];
    const stages = story.map((_, index) => stageOf(boardOf(...story.slice(0, index + 1))));
    expect(stages).toEqual([
      'engagement',
      'documentation',
      'clearance',
      'delivery',
      'record-keeping',
      'record-keeping',
      'archived',
    ]);
    expect(boardOf(...story)).toMatchObject({ events: 7, lastEvent: { type: 'DossierSealed' } });
    expect(waitingForOf(boardOf(...story))).toBeNull();
  });

  it('closes a shipment that was not imported, sealed or not', () => {
    const closed = event('ShipmentClosed', { outcome: 'unimported', reason: 'refused' });
    expect(stageOf(boardOf(closed))).toBe('closed');
    expect(stageOf(boardOf(event('DossierSealed', { events: 5, treeSize: 9 }), closed))).toBe('closed');
    expect(waitingForOf(boardOf(raised(), closed))).toBeNull();
  });

  it('waits for a person before anything else, and says who and until when', () => {
    const row = boardOf(event('PaymentSent', { bankReference: 'B-1' }), raised());
    expect(waitingForOf(row)).toBe('approver: approve-payment');
    expect(summaryOf(row)).toBe('Waits for approver until 2026-12-01T00:00:00Z: Approve 282.66 GBP');
    const done = boardOf(
      event('PaymentSent', { bankReference: 'B-1' }),
      raised(),
      event('TaskDecided', { taskId, by: 'user:a', closes: true }),
    );
    expect([waitingForOf(done), summaryOf(done)]).toEqual(['bank', 'Payment sent, bank reference B-1']);
  });

  it('keeps a task open while another person is needed', () => {
    const row = boardOf(raised(), event('TaskDecided', { taskId, by: 'user:a', closes: false }));
    expect(Object.keys(row.tasks)).toEqual([taskId]);
  });

  it('does not reopen a task that it heard settled first', () => {
    const raise = raised();
    expect(boardOf(event('TaskWithdrawn', { taskId, reason: 'x' }), raise).tasks).toEqual({});
  });

  it('lets the authority’s final debt outweigh our own figure, whichever is heard last', () => {
    const [ours, secured, final] = [assessed('200.00'), notified('secured', '201.00'), notified('final', '200.50')];
    expect(payableOf(boardOf(ours))).toEqual(gbp('200.00'));
    expect(payableOf(boardOf(final, secured, ours))).toEqual(gbp('200.50'));
  });

  it('counts a returned payment as not paid, and its repetition once', () => {
    const [p1, p2] = [newId(), newId()];
    expect(paidOf(boardOf(settled(p1, '282.66')))).toEqual(gbp('282.66'));
    expect(paidOf(boardOf(settled(p1, '282.66'), bounced(p1, '282.66')))).toBeNull();
    expect(paidOf(boardOf(bounced(p1, '282.66'), settled(p2, '282.66'), settled(p2, '282.66')))).toEqual(gbp('282.66'));
  });

  it('takes the movement reference from the newest notice that has one', () => {
    expect(boardOf(notified('final', '1.00'), event('GoodsReleased', { kind: 'full', mrn: null })).mrn?.value).toBe(
      '26GBABCDEFGHIJKLM5',
    );
  });

  it('comes to the same row in whatever order the topics arrive', () => {
    const [p1, other] = [newId(), newId()];
    const story = [
      event('ShipmentEngaged', { lawDate: '2026-11-24', mandateUntil: '2026-12-31' }),
      assessed('200.00'),
      raised(),
      event('TaskDecided', { taskId, by: 'user:a', closes: true }),
      notified('secured', '201.00'),
      notified('final', '201.50'),
      bounced(other, '201.50'),
      settled(p1, '201.50'),
      event('GoodsReleased', { kind: 'full', mrn: null }),
      event('ShipmentClosed', { outcome: 'delivered', reason: null }),
    ];
    const told = without(boardOf(...story), 'settled');
    fc.assert(
      fc.property(fc.shuffledSubarray(story, { minLength: story.length }), (order) => {
        const { settled: early, ...row } = boardOf(...order);
        expect(row).toEqual(told);
        expect(early.every((each) => each === taskId)).toBe(true);
      }),
    );
  });
});

describe('sentences', () => {
  it('speak of money with its currency', () => {
    expect(says(settled(newId(), '282.66'))).toBe('282.66 GBP paid, bank reference B-1');
  });
  it('fall back to the event’s name in words', () => {
    expect(says({ type: 'SomethingQuiteNew', data: {} })).toBe('Something quite new');
  });
  it('never carry a value of a person', () => {
    const named = ['EngagementOpened', 'ShipmentOpened', 'ShipmentAmended', 'ProofOfDeliveryCaptured'];
    const person = 'Person Alive';
    const data = {
      reference: 'NW-1',
      origin: 'CN',
      portOfEntry: 'GBFXT',
      transport: 'ocean',
      kind: 'ongoing',
      destinations: ['GB'],
      validFrom: '2026-01-01',
      customer: { name: 'x', contact: person },
      parties: [{ name: person, address: { street: person } }],
      signedBy: person,
      level: 'evidenced',
      size: 9,
    };
    for (const type of named) expect(says({ type, data })).not.toContain(person);
  });
});
