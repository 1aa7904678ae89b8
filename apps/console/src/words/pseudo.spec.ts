import { compileMessage } from '@lingui/message-utils/compileMessage';
import { setupI18n } from '@lingui/core';
import * as fc from 'fast-check';
import { pseudo } from './pseudo.js';

const said = (message: string, values: Record<string, unknown> = {}, dir: 'ltr' | 'rtl' = 'ltr'): string => {
  const i18n = setupI18n({ locale: 'en', messages: { en: { key: pseudo(compileMessage(message), dir) } } });
  return i18n._('key', values);
};

describe('a pseudo-locale', () => {
  it('leaves no English letter of a message', () => {
    expect(said('Sign out')).toBe('Šîĝñ öûţ~~~');
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z .,;:!?]{1,60}$/), (message) => {
        expect(said(message)).not.toMatch(/[A-Za-z]/);
      }),
    );
  });

  it('keeps values, elements and the forms of a plural', () => {
    expect(said('As of {at}', { at: '14:07' })).toBe('Åš öƒ~~ 14:07');
    expect(said('<0>Resume</0> all')).toMatch(/^<0>Ŕéšûṁé~~<\/0> åļļ~$/);
    const changes = '{n, plural, one {# change} other {# changes}}';
    expect([said(changes, { n: 1 }), said(changes, { n: 2 })]).toEqual(['1 çĥåñĝé~~', '2 çĥåñĝéš~~~']);
  });

  it('turns each piece round, right to left', () => {
    expect(said('Board {at}', { at: 3 }, 'rtl')).toBe('\u202EƁöåŕð~~\u202C 3');
  });
});
