const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();

const once = <T>(made: Map<string, T>, name: string, make: () => T): T => {
  const there = made.get(name);
  if (there) return there;
  const format = make();
  made.set(name, format);
  return format;
};

/** Formats are dear to make and cheap to use: a board draws hundreds of times and amounts in one frame. */
export const dateFormat = (locale: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  once(dates, `${locale} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options));

/** The same for numbers. */
export const numberFormat = (locale: string | undefined, options: Intl.NumberFormatOptions): Intl.NumberFormat =>
  once(numbers, `${locale} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale, options));
