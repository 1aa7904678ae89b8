/** As contracts take it: no thousands marks, no exponent, no leading plus; at most 18 digits before and 12 after the point. */
const CANONICAL = /^-?(0|[1-9]\d{0,17})(\.\d{1,12})?$/;

/** A decimal as papers write it (`007.50`, `.5`, `+3`, `-0`) brought to the form of the contracts; null when it is none. */
export function canonicalDecimal(written: string): string | null {
  const match = /^([+-]?)0*(\d*)(?:\.(\d*))?$/.exec(written.trim());
  if (!match || ((match[2] ?? '') === '' && (match[3] ?? '') === '' && !/\d/.test(written))) return null;
  const whole = match[2] === '' ? '0' : match[2]!;
  const text = match[3] ? `${whole}.${match[3]}` : whole;
  const signed = match[1] === '-' && /[1-9]/.test(text) ? `-${text}` : text;
  return CANONICAL.test(signed) ? signed : null;
}
