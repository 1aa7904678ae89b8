import { useLocale } from '../app/preferences.js';
import { gauge } from '../pictures/gauge.js';
import { formatMoney, type MoneyValue } from '../ui/index.js';
import { i18n } from '../words/words.js';
import './guarantees.css';

/** How much of a limit is taken, as a bar; its value is told in words. `used` and `awaiting` together are what is reserved. */
export function HeadroomGauge({
  of,
  limit,
  used,
  awaiting,
  headroom,
  small = false,
}: {
  of: string;
  limit: MoneyValue;
  used: string;
  awaiting: string;
  headroom: MoneyValue;
  small?: boolean;
}) {
  const locale = useLocale();
  const { used: taken, reserved } = gauge({ limit: limit.amount, used, reserved: awaiting });
  const percent = Math.round((taken + reserved) * 100);
  return (
    <div
      className="gauge"
      role="meter"
      aria-label={i18n.t('{of}, taken of its limit', { of })}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={i18n.t('{percent} % taken, {headroom} of {limit} free', {
        percent,
        headroom: formatMoney(headroom, locale),
        limit: formatMoney(limit, locale),
      })}
      {...(small ? { 'data-size': 'small' } : {})}
    >
      <span data-part="used" style={{ inlineSize: `${taken * 100}%` }} />
      <span data-part="awaiting" style={{ inlineSize: `${reserved * 100}%` }} />
    </div>
  );
}
