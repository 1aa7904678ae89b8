import fc from 'fast-check';
import { rewritePersonal } from './personal.js';

const data = {
  parties: [
    { name: 'Ada', role: 'buyer' },
    { name: 'Grace', role: 'seller' },
  ],
  note: { by: 'Ada' },
  count: 2,
};

describe('personal places', () => {
  it('are rewritten with their own pointer, and nothing else is touched', () => {
    const rewritten = rewritePersonal(
      data,
      ['/parties/*/name', '/note/by', '/nowhere/*/x', '/count'],
      (text, pointer) => `${pointer}=${text}`,
    );
    expect(rewritten).toEqual({
      parties: [
        { name: '/parties/0/name=Ada', role: 'buyer' },
        { name: '/parties/1/name=Grace', role: 'seller' },
      ],
      note: { by: '/note/by=Ada' },
      count: 2,
    });
    expect(data.parties[0]!.name).toBe('Ada');
  });

  it('come back as they were when the rewrite is undone, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const pointers = ['/*', '/*/*', '/a', '/a/*/b'];
        const marked = rewritePersonal(value, pointers, (text) => `<${text}`);
        const back = rewritePersonal(marked, [...pointers].reverse(), (text) => text.slice(1));
        expect(JSON.stringify(back)).toBe(JSON.stringify(value));
      }),
    );
  });
});
