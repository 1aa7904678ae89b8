import { lengthOf, px } from './scale.js';

export interface Gauge {
  /** shares of the limit, 0 to 1; what is beyond it is cut, and said in words */
  used: number;
  reserved: number;
  free: number;
  over: boolean;
}

/** A limit with what is used of it and what is held. Decimal strings of one currency. */
export function gauge({ limit, used, reserved }: { limit: string; used: string; reserved: string }): Gauge {
  const whole = lengthOf(limit);
  const share = (amount: string): number => (whole <= 0 ? 0 : Math.min(1, Math.max(0, lengthOf(amount) / whole)));
  const taken = share(used);
  const held = Math.min(1 - taken, share(reserved));
  return {
    used: px(taken),
    reserved: px(held),
    free: px(Math.max(0, 1 - taken - held)),
    over: whole > 0 && lengthOf(used) + lengthOf(reserved) > whole,
  };
}
