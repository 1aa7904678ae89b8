import { TidewaiterError } from '@tidewaiter/kernel';
import { loadContractRateRules } from '../application/reference-data.js';
import { agreedRateOf } from './contract-rate.js';

const GIVEN = {
  ...{ currency: 'USD', rate: '1.25', fixedBy: 'seller-and-buyer' as const },
  ...{ fixedOn: '2026-01-04', contract: 'PO-7 clause 3' },
};
const said = async (destination: string, change: Partial<Parameters<typeof agreedRateOf>[2]> = {}) => {
  try {
    return agreedRateOf(await loadContractRateRules(), destination, { ...GIVEN, ...change }, '2026-11-28');
  } catch (error) {
    expect(error).toBeInstanceOf(TidewaiterError);
    const { code, details } = error as TidewaiterError;
    return [code, details.places?.[0]?.reason];
  }
};

describe('a rate that the contract of sale fixes', () => {
  it('stands in the United Kingdom, with the exception of law', async () => {
    expect(await said('GB')).toEqual({ ...GIVEN, own: 'GBP', law: expect.stringContaining('GACV42100') });
  });

  it.each([
    ['DE', '2015/2447, art. 146'],
    ['US', '31 USC 5151'],
    ['JP', 'no rule is known'],
  ])('is refused in %s, with the law', async (destination, law) => {
    expect(await said(destination)).toEqual(['shipments.contract-rate.not-allowed', expect.stringContaining(law)]);
  });

  it.each([
    ['one agreed with a bank', { fixedBy: 'buyer-and-bank' as const }, 'shipments.contract-rate.not-of-sale'],
    ['one of the own currency', { currency: 'GBP' }, 'shipments.contract-rate.currency'],
    ['one of a later day', { fixedOn: '2026-11-29' }, 'shipments.contract-rate.ahead'],
  ])('is not %s', async (_, change, code) => {
    expect(await said('GB', change)).toEqual([code, expect.any(String)]);
  });
});
