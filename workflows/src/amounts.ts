/** Millionths of an amount, for comparing decimal strings without a decimal library in every cached workflow. */
const millionths = (amount: string): bigint => {
  const [whole = '0', fraction = ''] = amount.replace('-', '').split('.');
  const value = BigInt(whole) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
  return amount.startsWith('-') ? -value : value;
};

/** Whether two amounts of one currency are further apart than the tolerance. */
export function differ(a: string, b: string, tolerance: string): boolean {
  const distance = millionths(a) - millionths(b);
  return (distance < 0n ? -distance : distance) > millionths(tolerance);
}

export const negate = (amount: string): string => (amount.startsWith('-') ? amount.slice(1) : `-${amount}`);

/** Adds decimal strings exactly, to six places at most, without trailing zeros beyond two. */
export function add(...amounts: string[]): string {
  const total = amounts.reduce((sum, amount) => sum + millionths(amount), 0n);
  const sign = total < 0n ? '-' : '';
  const digits = (total < 0n ? -total : total).toString().padStart(7, '0');
  const fraction = digits.slice(-6).replace(/0{1,4}$/, '');
  return `${sign}${digits.slice(0, -6)}.${fraction}`;
}
