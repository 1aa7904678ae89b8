import type { CompiledMessage } from '@lingui/message-utils/compileMessage';

const PLAIN = 'AaBbCcDdEeFfGgHhIiJjKkLlMmNnOoPpQqRrSsTtUuVvWwXxYyZz';
const STRANGE = 'ÅåƁƀÇçÐðÉéƑƒĜĝĤĥÎîĴĵĶķĻļṀṁÑñÖöÞþǪǫŔŕŠšŢţÛûṼṽŴŵẊẋÝýŽž';
const strange = new Map([...PLAIN].map((letter, at) => [letter, [...STRANGE][at]!]));

/**
 * A message of the catalogue with each letter replaced, and about a third longer. Names of values, plural forms and elements stay. Right to
 * left it is also turned round (RLO … PDF), as a text in such a script would be.
 */
export function pseudo(message: CompiledMessage | string, dir: 'ltr' | 'rtl'): CompiledMessage {
  if (typeof message === 'string') return [text(message, dir)];
  return message.map((token) => {
    if (typeof token === 'string') return text(token, dir);
    const [name, format, forms] = token;
    if (typeof forms !== 'object' || forms === null || !['plural', 'select', 'selectordinal'].includes(String(format)))
      return token;
    return [
      name,
      format,
      Object.fromEntries(
        Object.entries(forms).map(([form, said]) => [
          form,
          form === 'offset' ? said : pseudo(said as CompiledMessage, dir),
        ]),
      ),
    ];
  });
}

/** Elements (`<0>`, `</0>`) stand between the pieces that are replaced. */
const text = (words: string, dir: 'ltr' | 'rtl'): string =>
  words
    .split(/(<\/?\d+\/?>)/)
    .map((piece, at) => (at % 2 === 1 ? piece : turned(piece, dir)))
    .join('');

function turned(piece: string, dir: 'ltr' | 'rtl'): string {
  const [, before, words, after] = /^(\s*)([^]*?)(\s*)$/.exec(piece)!;
  if (!/\p{L}/u.test(words!)) return piece;
  const longer =
    [...words!].map((letter) => strange.get(letter) ?? letter).join('') + '~'.repeat(Math.ceil(words!.length / 3));
  return `${before}${dir === 'rtl' ? `\u202E${longer}\u202C` : longer}${after}`;
}
