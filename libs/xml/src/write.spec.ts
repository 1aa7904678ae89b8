import { Invalid } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { el, readXml, writeXml, type XmlElement, type XmlNode } from './index.js';

const refusal = (node: XmlNode): Invalid => {
  try {
    writeXml(node);
  } catch (error) {
    expect(error).toBeInstanceOf(Invalid);
    return error as Invalid;
  }
  throw new Error('it was written');
};

describe('writing', () => {
  it('keeps the order given, leaves out what is absent and spreads arrays', () => {
    const lines = ['1', '2'].map((id) => el('Line', { id, kind: undefined }));
    expect(
      writeXml(el('m:Message', { 'xmlns:m': 'urn:m' }, el('m:ID', {}, 'A'), undefined, lines, false, null)).toString(),
    ).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<m:Message xmlns:m="urn:m">\n  <m:ID>A</m:ID>\n  <Line id="1"/>\n  <Line id="2"/>\n</m:Message>\n',
    );
  });
  it('on one line has no white space of its own', () => {
    expect(writeXml(el('a', {}, el('b', {}, 'x')), { indent: false }).toString()).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><a><b>x</b></a>',
    );
  });
  it('does not indent beside text', () => {
    expect(writeXml(el('a', {}, 'x', el('b'))).toString()).toContain('<a>x<b/></a>');
  });
  it('escapes what would be markup, and line ends that a reader would change', () => {
    const text = `<&>"']]>\r\n\t`;
    const { root } = readXml(writeXml(el('a', { x: text }, text)));
    expect([root.text, root.attribute('x')]).toEqual([text, text]);
  });
  it.each(['\u0000', '\u001b', '\uFFFE', '\uD800'])(
    'refuses a character that XML cannot hold (%j) with its place',
    (char) => {
      const error = refusal(el('a', {}, el('b', { x: `1${char}` })));
      expect(error).toMatchObject({ code: 'xml.illegal-character', details: { places: [{ pointer: '/a/b/@x' }] } });
      expect(refusal(el('a', {}, char)).code).toBe('xml.illegal-character');
    },
  );
  it.each([['1a'], ['a b'], [''], ['a:b:c'], ['<'], ['p:a']])('refuses the name %j', (name) => {
    expect(refusal(el('root', {}, el(name))).code).toBe('xml.malformed');
  });
  it('refuses a prefix declared on a sibling only', () => {
    expect(refusal(el('a', {}, el('p:b', { 'xmlns:p': 'u' }), el('p:c'))).code).toBe('xml.malformed');
  });
});

describe('what was written is read again', () => {
  const name = fc.constantFrom('a', 'b', 'Line', 'é');
  const text = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((value) => !/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(value));
  const { tree } = fc.letrec<{ tree: XmlNode }>((tie) => ({
    tree: fc
      .tuple(
        name,
        fc.dictionary(name, text, { maxKeys: 3 }),
        fc.oneof({ depthSize: 'small' }, fc.tuple(text), fc.array(tie('tree'), { maxLength: 3 })),
      )
      .map(([tag, attributes, content]) => el(tag, attributes, ...content)),
  }));
  const same = (element: XmlElement, node: XmlNode) => {
    expect(element.name).toBe(node.name);
    expect(Object.fromEntries(element.attributes.map((each) => [each.name, each.value]))).toEqual({
      ...node.attributes,
    });
    const elements = node.content.filter((each) => typeof each !== 'string');
    const texts = node.content.filter((each) => typeof each === 'string');
    if (elements.length === 0) expect(element.text).toBe(texts.join(''));
    element.elements.forEach((each, index) => same(each, elements[index]!));
    expect(element.elements).toHaveLength(elements.length);
  };

  it.each([true, false])('and is the same tree and the same bytes (indent %s)', (indent) => {
    fc.assert(
      fc.property(tree, (node) => {
        const bytes = writeXml(node, { indent });
        same(readXml(bytes).root, node);
        expect(writeXml(node, { indent }).equals(bytes)).toBe(true);
      }),
    );
  });
});
