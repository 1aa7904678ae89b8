import { specFor } from '@tidewaiter/kernel/testing';
import { compareFigures, debt, type DebtEvent } from './debt.js';

const gbp = (amount: string) => ({ amount, currency: 'GBP' });
const charge = (code: string, amount: string, line = 1) => ({
  ...{ line, code, role: 'x', amount: gbp(amount), legalBasis: `law of ${code}`, arithmetic: `how ${code} came` },
});
const tax = (type: string, amount: string, line = 1) => ({ line, type, base: '1400.00', amount: gbp(amount) });
const ours = [charge('A00', '140.00'), charge('B00', '228.00')];
const compare = (taxes: ReturnType<typeof tax>[], total: string, tolerance: string | null = null, charges = ours) =>
  compareFigures(charges, { taxes, total: gbp(total) }, tolerance);

describe('the authority’s figure against ours', () => {
  it('is equal line by line and tax type', () => {
    const { outcome, lines } = compare([tax('A00', '140.00'), tax('B00', '228.00')], '368.00');
    expect(outcome).toBe('equal');
    expect(lines.map(({ verdict }) => verdict)).toEqual(['equal', 'equal']);
  });
  it('calls a penny a tax line rounding, on each of them', () => {
    const { outcome, lines } = compare([tax('A00', '140.01'), tax('B00', '227.99')], '368.00');
    expect(outcome).toBe('rounding');
    expect(lines.map(({ difference }) => difference)).toEqual(['0.01', '-0.01']);
  });
  it('sees two differences that cancel in the sum', () => {
    const { outcome, lines } = compare([tax('A00', '141.00'), tax('B00', '227.00')], '368.00');
    expect(outcome).toBe('differs');
    expect(lines[0]).toMatchObject({
      ours: '140.00',
      theirs: '141.00',
      ourDerivation: 'how A00 came',
      theirBase: '1400.00',
    });
  });
  it('takes no tax for a rounding difference that only one side has', () =>
    expect(compare([tax('A00', '140.00'), tax('B00', '228.00'), tax('C00', '0.01')], '368.01').outcome).toBe(
      'differs',
    ));
  it('lets a tenant tolerate a difference of the sum', () => {
    const taxes = [tax('A00', '141.00'), tax('B00', '228.00')];
    expect(compare(taxes, '369.00', '1.00').outcome).toBe('tolerated');
    expect(compare(taxes, '369.00', '0.99').outcome).toBe('differs');
  });
  it('holds a tax that is stated once for the entry against the sum of our lines', () => {
    const charges = [charge('A00', '40.00', 1), charge('A00', '60.00', 2)];
    expect(compare([tax('A00', '100.00', 0)], '100.00', null, charges).outcome).toBe('equal');
  });
  it('shows a total that its taxes do not add up to', () => {
    const { outcome, lines } = compare([tax('A00', '140.00'), tax('B00', '228.00')], '400.00');
    expect(outcome).toBe('differs');
    expect(lines[0]).toMatchObject({ line: 0, taxType: 'unallocated', theirs: '32.00' });
  });
  it('does not miss what is due only later', () => {
    const later = { method: 'deferred' as const, dueOn: null, law: 'x' };
    const charges = [charge('A00', '140.00'), { ...charge('B00', '228.00'), later }];
    expect(compare([tax('A00', '140.00')], '140.00', null, charges).outcome).toBe('equal');
  });
  it('agrees to nothing in another currency', () => {
    const euro = { amount: '368.00', currency: 'EUR' };
    expect(compareFigures(ours, { taxes: [], total: euro }, '1000.00').outcome).toBe('differs');
  });
});

const given = specFor(debt);
const compared = (
  noticeId: string,
  outcome: 'equal' | 'differs' = 'differs',
): DebtEvent & { type: 'DebtCompared' } => ({
  type: 'DebtCompared',
  data: {
    ...{ shipmentId: 's1', declarationId: 'd1', declarationVersion: 1, noticeId, mrn: null, authority: 'GB' },
    ...{
      notifiedOn: '2026-03-10',
      assessmentId: 'a1',
      outcome,
      tolerance: null,
      ours: gbp('1.00'),
      theirs: gbp('2.00'),
      lines: [],
    },
  },
});
const agree = (by: string, noticeId = 'n1') => ({
  ...{ type: 'AgreeToFigure' as const, by, noticeId, reason: 'looked at', editors: ['user:clerk'] },
});

describe('agreeing to it', () => {
  it('takes the same notice once', () =>
    given(compared('n1'))
      .when({ type: 'CompareFigures', compared: compared('n1').data })
      .thenNothing());
  it('is for a person who entered nothing, on the figure that stands', () => {
    given(compared('n1')).when(agree('user:clerk')).thenRefused('duties.debt.own-work');
    given(compared('n1')).when(agree('system:workflow')).thenRefused('duties.debt.not-a-person');
    given(compared('n1'), compared('n2')).when(agree('user:ann')).thenRefused('duties.debt.not-current');
    given(compared('n1'))
      .when(agree('user:ann'))
      .thenState((state) => expect(state).toMatchObject({ agreed: { by: 'user:ann' } }));
  });
  it('charges interest for what was not charged yet', () => {
    const whole = (amount: string) => ({
      ...{ shipmentId: 's1', declarationId: 'd1', paymentId: 'p1', authority: 'GB', principal: gbp('2.00'), law: 'l' },
      ...{ from: '2026-03-10', until: '2026-03-20', arithmetic: 'x', rulesVersion: 'v', amount: gbp(amount) },
    });
    const charged: DebtEvent = { type: 'InterestCharged', data: whole('0.40') };
    given(compared('n1'), charged)
      .when({ type: 'ChargeInterest', whole: whole('1.00') })
      .then({ type: 'InterestCharged', data: whole('0.60') });
    given(compared('n1'), charged)
      .when({ type: 'ChargeInterest', whole: whole('0.40') })
      .thenNothing();
  });
});
