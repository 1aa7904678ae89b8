import { useLocale } from '../app/preferences.js';
import { numberFormat } from './formats.js';

export interface MoneyValue {
  /** decimal string, e.g. `12345678901234567.89` */
  amount: string;
  currency: string;
}

/** The amount digit for digit: the string goes to `Intl` as it is and never becomes a number. */
export function formatMoney({ amount, currency }: MoneyValue, locale?: string): string {
  const fraction = amount.split('.')[1]?.length ?? 0;
  const format = numberFormat(locale, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: Math.min(fraction, 20),
    maximumFractionDigits: Math.min(fraction, 20),
  });
  return format.format(amount as `${number}`);
}

/** An amount with its currency; `—` where there is none, which is not zero. */
export function Money({ value }: { value: MoneyValue | null | undefined }) {
  const locale = useLocale();
  if (!value) return <span className="soft">—</span>;
  return (
    <data className="money" value={`${value.amount} ${value.currency}`}>
      {formatMoney(value, locale)} <span className="label">{value.currency}</span>
    </data>
  );
}
