import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { Invalid } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { readXml, type XmlElement } from './index.js';

const read = (text: string, limits = {}) => readXml(Buffer.from(text, 'utf8'), limits);

function refusal(bytes: Uint8Array | string, limits = {}): Invalid {
  try {
    readXml(typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes, limits);
  } catch (error) {
    expect(error).toBeInstanceOf(Invalid);
    return error as Invalid;
  }
  throw new Error('it was read');
}

const INVOICE = `<?xml version="1.0" encoding="UTF-8"?>
<!-- ours -->
<u:Invoice xmlns:u="urn:inv" xmlns:b="urn:basic" xmlns="urn:default">
  <b:ID schemeID="A&amp;B" b:kind="x">7 &lt; 8</b:ID>
  <InvoiceLine><b:ID>1</b:ID></InvoiceLine>
  <InvoiceLine><b:ID>2</b:ID><Price><b:Amount currencyID="EUR">1<![CDATA[2.5]]>0</b:Amount></Price></InvoiceLine>
</u:Invoice>
`;

describe('an element', () => {
  const { root } = read(INVOICE);

  it('has its local name and namespace URI, whatever the prefix', () => {
    expect([root.name, root.namespace]).toEqual(['Invoice', 'urn:inv']);
    expect(root.child('ID', 'urn:basic')?.text).toBe('7 < 8');
    expect(root.child('ID', 'urn:default')).toBeUndefined();
    expect(root.child('InvoiceLine')?.namespace).toBe('urn:default');
  });
  it('has attributes without the default namespace and with that of their prefix', () => {
    expect(root.child('ID')?.attribute('schemeID')).toBe('A&B');
    expect(root.child('ID')?.attribute('kind', 'urn:basic')).toBe('x');
  });
  it('says its place, and is found again by it', () => {
    const amount = root.at('InvoiceLine[2]/Price/Amount');
    expect(amount?.place).toBe('/Invoice[1]/InvoiceLine[2]/Price[1]/Amount[1]');
    expect(amount?.value).toBe('12.50');
    expect(amount?.at('/Invoice[1]/InvoiceLine[2]/Price[1]/Amount[1]')).toBe(amount);
    expect(root.at('/Invoice[1]')).toBe(root);
    expect(root.at('/Other[1]/ID[1]')).toBeUndefined();
    expect(root.at('InvoiceLine[3]')).toBeUndefined();
    expect(root.at('//')).toBeUndefined();
  });
  it('says its bytes', () => {
    const line = root.at('InvoiceLine[1]')!;
    expect(
      Buffer.from(INVOICE)
        .subarray(...line.bytes)
        .toString(),
    ).toBe('<InvoiceLine><b:ID>1</b:ID></InvoiceLine>');
  });
  it('gives the text of a path, and nothing for an empty one', () => {
    expect(root.textAt('InvoiceLine[2]/ID')).toBe('2');
    expect(read('<a><b> </b></a>').root.textAt('b')).toBeUndefined();
    expect(root.children('InvoiceLine')).toHaveLength(2);
    expect(root.children()).toHaveLength(3);
  });
});

describe('bytes', () => {
  const text = '<?xml version="1.0" encoding="UTF-16"?><a><é>grün 😀</é><b/></a>';

  it('are found in UTF-8 with wide characters before them', () => {
    const source = `<a>${'ü😀'.repeat(5000)}<b>x</b></a>`;
    const bytes = Buffer.from(`\uFEFF${source}`);
    expect(bytes.subarray(...readXml(bytes).root.child('b')!.bytes).toString()).toBe('<b>x</b>');
  });
  it('of UTF-16 are read in both orders', () => {
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
    const big = Buffer.from(little).swap16();
    expect(readXml(little).root.child('é')?.text).toBe('grün 😀');
    expect(readXml(big)).toMatchObject({ encoding: 'UTF-16BE' });
    expect(little.subarray(...readXml(little).root.child('b')!.bytes).toString('utf16le')).toBe('<b/>');
  });
  it.each([
    ['a Latin-1 byte in UTF-8', Buffer.concat([Buffer.from('<a>gr'), Buffer.from([0xfc]), Buffer.from('n</a>')]), 5],
    ['an overlong form', Buffer.concat([Buffer.from('<a>'), Buffer.from([0xc0, 0xaf]), Buffer.from('</a>')]), 3],
    [
      'a surrogate in UTF-8',
      Buffer.concat([Buffer.from('<a>'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('</a>')]),
      3,
    ],
    ['a character cut off at the end', Buffer.concat([Buffer.from('<a/>'), Buffer.from([0xe2, 0x82])]), 4],
    ['UTF-16 without its mark', Buffer.from('<a/>', 'utf16le'), 1],
    ['UTF-16 that declares UTF-8', Buffer.from('\uFEFF<?xml version="1.0" encoding="UTF-8"?><a/>', 'utf16le'), 0],
    ['half a pair in UTF-16', Buffer.from('\uFEFF<a>\uD83D</a>', 'utf16le'), 8],
    [
      'an odd number of bytes in UTF-16',
      Buffer.concat([Buffer.from('\uFEFF<a/>', 'utf16le'), Buffer.from([0x20])]),
      10,
    ],
    ['a declared code page', Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a/>'), 0],
    ['UTF-7', Buffer.from('<?xml version="1.0" encoding="UTF-7"?><a>+AGE-</a>'), 0],
    ['EBCDIC', Buffer.from([0x4c, 0x6f, 0xa7, 0x94, 0x93]), 2],
  ])('are refused with their offset: %s', (_, bytes, offset) => {
    expect(refusal(bytes)).toMatchObject({ code: 'xml.charset', details: { facts: { offset } } });
  });
});

describe('a DOCTYPE', () => {
  it.each([
    ['alone', '<!DOCTYPE a><a/>'],
    ['in small letters', '<!doctype html><html/>'],
    [
      'with an external entity',
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    ],
    ['with a parameter entity', '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]><a/>'],
    [
      'with entities inside entities',
      `<!DOCTYPE a [${[...Array(30).keys()].map((i) => `<!ENTITY e${i + 1} "&e${i};&e${i};">`).join('')}]><a>&e30;</a>`,
    ],
    ['behind comments', '<!-- a --> <?p?> <!DOCTYPE a><a/>'],
    ['inside the root', '<a><!DOCTYPE a></a>'],
    ['after the root', '<a/><!DOCTYPE a>'],
    ['in a file that is not clean', '<!DOCTYPE a>\u0001<a/>'],
  ])('is refused %s', (_, text) => {
    expect(refusal(text).code).toBe('xml.doctype');
  });
  it('in a text or a comment is no DOCTYPE', () => {
    expect(read('<a><![CDATA[<!DOCTYPE a>]]><!-- <!DOCTYPE a> --></a>').root.text).toBe('<!DOCTYPE a>');
  });
});

describe('limits', () => {
  it('of bytes: exactly at the limit is read, one more is not', () => {
    expect(read('<abc/>', { bytes: 6 }).root.name).toBe('abc');
    expect(refusal('<abcd/>', { bytes: 6 }).code).toBe('xml.too-large');
    expect(refusal(Buffer.alloc(10_000_001, 0x20)).code).toBe('xml.too-large');
  });
  it('of depth', () => {
    const deep = (n: number) => `${'<a>'.repeat(n)}${'</a>'.repeat(n)}`;
    expect(read(deep(50)).root.name).toBe('a');
    expect(refusal(deep(51)).code).toBe('xml.too-complex');
    expect(refusal(deep(100_000)).code).toBe('xml.too-complex');
  });
  it('of references', () => {
    expect(read(`<a>${'&#65;'.repeat(100_000)}</a>`).root.text).toHaveLength(100_000);
    expect(refusal(`<a>${'&#65;'.repeat(1_800_000)}</a>`).code).toBe('xml.too-complex');
  });
  it('of attributes on one element', () => {
    const wide = `<a ${[...Array(50_000).keys()].map((i) => `a${i}=""`).join(' ')}/>`;
    expect(refusal(wide).code).toBe('xml.too-complex');
  });
  it('of nodes, comments and instructions included', () => {
    expect(read('<a><b/><!----><?p?>t</a>', { nodes: 5 }).root.name).toBe('a');
    expect(refusal('<a><b/><!----><?p?>t</a>', { nodes: 4 }).code).toBe('xml.too-complex');
    expect(refusal(`<a>${'<b/>'.repeat(2_000_001)}</a>`).code).toBe('xml.too-complex');
  });
  it('let an honest file at the limit of bytes through', () => {
    const line = '<l><q u="C">1 &amp; 2</q><p>3.50</p></l>';
    const count = Math.floor(9_900_000 / line.length);
    const file = Buffer.from(`<a>${line.repeat(count)}</a>`);
    expect(refusal(file).code).toBe('xml.too-complex'); // more references than the limit
    const { root } = readXml(Buffer.from(file.toString().replaceAll('&amp;', '+++++')));
    expect(root.elements).toHaveLength(count);
    expect(root.at(`l[${count}]/q`)?.place).toBe(`/a[1]/l[${count}]/q[1]`);
  }, 30_000); // any step that looks back over the whole file would take hours
});

describe('what is not well formed', () => {
  it.each([
    ['nothing', ''],
    ['text alone', 'hello'],
    ['an element cut off', '<a'],
    ['an element never closed', '<a><b></b>'],
    ['elements crossed', '<a><b></a></b>'],
    ['an end that only begins alike', '<a></ab>'],
    ['two roots', '<a/><b/>'],
    ['text after the root', '<a/>x'],
    ['an attribute twice', '<a x="1" x="2"/>'],
    ['an attribute twice under two prefixes', '<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="2"/>'],
    ['a default namespace twice', '<a xmlns="u" xmlns="v"/>'],
    ['an attribute without quotes', '<a x=1/>'],
    ['an attribute without a value', '<a x/>'],
    ['attributes without a space', '<a x="1"y="2"/>'],
    ['“<” in an attribute', '<a x="<"/>'],
    ['an undeclared prefix', '<p:a/>'],
    ['an undeclared prefix of an attribute', '<a p:x="1"/>'],
    ['a prefix undeclared again', '<p:a xmlns:p="u" xmlns:q=""/>'],
    ['the prefix xmlns declared', '<a xmlns:xmlns="u"/>'],
    ['the prefix xml for something else', '<a xmlns:xml="u"/>'],
    ['two colons', '<a:b:c xmlns:a="u"/>'],
    ['an unknown entity', '<a>&nbsp;</a>'],
    ['an ampersand alone', '<a>A & B</a>'],
    ['a reference to NUL', '<a>&#0;</a>'],
    ['a reference to half a pair', '<a>&#xD800;</a>'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>'],
    ['a control character', '<a>\u0007</a>'],
    ['“]]>” in text', '<a>]]></a>'],
    ['“--” in a comment', '<a><!-- a -- b --></a>'],
    ['a CDATA section without an end', '<a><![CDATA[x</a>'],
    ['a declaration that is not first', ' <?xml version="1.0"?><a/>'],
    ['a declaration without a version', '<?xml encoding="UTF-8"?><a/>'],
    ['a name that begins with a digit', '<1a/>'],
    ['a tag with a blank before its name', '< a/>'],
  ])('is refused: %s', (_, text) => {
    const error = refusal(text);
    expect(error.code).toBe('xml.malformed');
    expect(error.details.places?.[0]?.pointer).toMatch(/^\//);
    expect(typeof error.details.facts?.['offset']).toBe('number');
  });
  it('is refused with element, line, column and byte', () => {
    const error = refusal('<a>\n <b>ü &x;</b>\n</a>');
    expect(error.details.facts).toEqual({ offset: 11, line: 2, column: 7 });
    expect(error.details.places?.[0]?.pointer).toBe('/a[1]/b[1]');
  });
});

describe('white space', () => {
  it('at line ends is the same from every platform', () => {
    expect(read('<a>1\r\n2\r3\n4&#13;</a>').root.text).toBe('1\n2\n3\n4\r');
    expect(read('<a x="1\r\n2\t3&#10;"/>').root.attribute('x')).toBe('1 2 3\n');
  });
});

describe('fuzz', () => {
  const pieces = fc.constantFrom(
    '<a>',
    '</a>',
    '<a',
    '/>',
    '>',
    '<',
    '&',
    ';',
    '&#',
    'x41;',
    '&lt;',
    '"',
    "'",
    '=',
    ' x="1"',
    ' xmlns:p="u"',
    '<p:b>',
    '</p:b>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<?',
    '?>',
    '<?xml version="1.0"?>',
    '<!DOCTYPE',
    '\u0000',
    'ü',
    '😀',
    '\r\n',
    ' ',
  );

  it('whatever the pieces, it is read or refused with a code, a place and at once', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        try {
          read(parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(Invalid);
          expect((error as Invalid).code).toMatch(/^xml\./);
          expect((error as Invalid).details.places).toHaveLength(1);
        }
      }),
      { numRuns: 3000 },
    );
  });
  it('whatever the bytes, the error is typed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(refusal(Buffer.concat([Buffer.from('<a>'), bytes, Buffer.from('<')])).code).toMatch(/^xml\./);
      }),
      { numRuns: 1000 },
    );
  });
  it('a flipped byte of an honest file is read or refused, never anything else', () => {
    const honest = Buffer.from(INVOICE);
    fc.assert(
      fc.property(fc.nat(honest.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(honest);
        changed[at] = byte;
        try {
          readXml(changed);
        } catch (error) {
          expect(error).toBeInstanceOf(Invalid);
        }
      }),
      { numRuns: 2000 },
    );
  });
  it('agrees with another reader about honest files', () => {
    const name = fc.constantFrom('a', 'b', 'InvoiceLine', 'é');
    const leaf = fc.string({ unit: fc.constantFrom('x', '1', '.', 'ü', '&amp;', '&lt;'), minLength: 1, maxLength: 6 });
    const { tree } = fc.letrec((tie) => ({
      tree: fc
        .tuple(
          name,
          fc.oneof(
            { depthSize: 'small' },
            leaf,
            fc.array(tie('tree'), { minLength: 1, maxLength: 4 }).map((each) => each.join('')),
          ),
        )
        .map(([tag, inner]) => `<${tag}>${inner}</${tag}>`),
    }));
    const other = new XMLParser({ preserveOrder: true, parseTagValue: false, trimValues: false });
    type Ordered = Record<string, unknown>;
    const same = (element: XmlElement, node: Ordered) => {
      const inside = node[element.name] as Ordered[];
      const texts = inside.filter((each) => '#text' in each).map((each) => each['#text']);
      expect(element.text).toBe(texts.join(''));
      const nodes = inside.filter((each) => !('#text' in each));
      expect(element.elements.map((each) => each.name)).toEqual(nodes.map((each) => Object.keys(each)[0]));
      element.elements.forEach((each, index) => same(each, nodes[index]!));
    };
    fc.assert(
      fc.property(tree, (xml) => {
        expect(XMLValidator.validate(xml)).toBe(true);
        same(read(xml).root, (other.parse(xml) as Ordered[])[0]!);
      }),
    );
  });
});
