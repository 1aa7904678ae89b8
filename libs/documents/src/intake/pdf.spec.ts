import { Invalid } from '@tidewaiter/kernel';
import fc from 'fast-check';
import { fixture, onePage, packed, pdf } from '../testing/files.js';
import { inspectPdf } from './pdf.js';

const refusal = (bytes: Buffer): string => {
  try {
    inspectPdf(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(Invalid);
    expect((error as Invalid).details.places?.[0]?.pointer).toMatch(/^byte \d+$/);
    return (error as Invalid).code.replace('documents.file.', '');
  }
  return 'taken';
};

it.each([
  ['gb/origin.pdf', 'Certificate of origin VCCI-HP-2026-20417'],
  ['de/origin.pdf', 'Statement on origin SO-TP-2026-118'],
  ['us/mandate.pdf', 'Power of attorney POA-US-2026-07'],
])('%s has one page and says its title', (path, title) => {
  expect(inspectPdf(fixture(path))).toEqual({ pages: 1, title });
});
it('reads a title in UTF-16 and one with escapes', () => {
  const info = (title: string) => onePage([`<< /Producer (x) /Title ${title} >>`]);
  expect(inspectPdf(info('<FEFF004D00E40072007A>')).title).toBe('März');
  expect(inspectPdf(info('(A \\(b\\) \\101\\n c)')).title).toBe('A (b) A c');
  expect(inspectPdf(onePage(['<< /Title (an outline) >>'])).title).toBeNull();
});
it('takes blanks before the header and after the end, as scanners write them', () => {
  expect(refusal(onePage([], { header: '\n\n%PDF-1.4\n', end: '%%EOF\n\n\n' }))).toBe('taken');
});
it.each([
  ['JavaScript in the open', '<< /S /JavaScript /JS (app.alert(1)) >>'],
  ['a name written with escapes', '<< /S /J#61vaScript >>'],
  ['a program to launch', '<< /S /Launch /F (cmd.exe) >>'],
  ['a form that sends itself', '<< /S /SubmitForm >>'],
  ['a form that fetches', '<< /S /ImportData >>'],
  ['XFA', '<< /AcroForm << /XFA [] >> >>'],
  ['a film', '<< /Subtype /RichMedia >>'],
])('refuses %s', (_, object) => {
  expect(refusal(onePage([object]))).toBe('active-content');
  expect(refusal(onePage([packed(`9 0 ${object}`)]))).toBe('active-content');
  expect(refusal(onePage([packed(`9 0 ${object}`, { deflate: false })]))).toBe('active-content');
});
it('the same words in a string, a comment or a page’s content are words', () => {
  expect(
    refusal(
      onePage([
        '<< /Title (/JavaScript) /Producer (/JS) >>',
        '% /Launch\n<< >>',
        '<< /Length 12 >>\nstream\n/JavaScript \nendstream',
      ]),
    ),
  ).toBe('taken');
});
it('refuses what is encrypted and what carries a file', () => {
  expect(refusal(onePage([], { trailer: '/Encrypt 9 0 R ' }))).toBe('encrypted');
  expect(refusal(onePage(['<< /Type /EmbeddedFile /Length 2 >>\nstream\nMZ\nendstream']))).toBe('embedded-file');
});
it('refuses a file that is cut off, or was never a PDF', () => {
  const whole = onePage();
  expect(refusal(whole.subarray(0, whole.length - 20))).toBe('truncated');
  expect(refusal(Buffer.from('%PDF-1.7\nhello\n%%EOF\n'))).toBe('corrupt');
  expect(refusal(Buffer.from('<html>%PDF-1.7 %%EOF'))).toBe('corrupt');
  expect(refusal(Buffer.from(`MZ${whole.toString('latin1')}`, 'latin1'))).toBe('corrupt');
  expect(refusal(onePage(['<< /Length 5 >>\nstream\nabc']).subarray(0))).toBe('truncated');
});
it('refuses a PDF that is a zip archive as well', () => {
  const end = Buffer.from(`%%EOF\nPK\u0005\u0006${'\0'.repeat(18)}`, 'latin1');
  expect(refusal(onePage([], { end: end.toString('latin1') }))).toBe('polyglot');
});
it('refuses more than it is ready to look at', () => {
  expect(refusal(pdf(['<< /Type /Catalog >>', ...Array.from({ length: 501 }, () => '<< /Type /Page >>')]))).toBe(
    'too-complex',
  );
  expect(refusal(onePage([`${'<< /A '.repeat(101)}1${' >>'.repeat(101)}`]))).toBe('too-complex');
  expect(refusal(onePage([`[${'1 '.repeat(2_000_001)}]`]))).toBe('too-complex');
  expect(refusal(onePage([packed(' '.repeat(10_000_001))]))).toBe('too-complex');
});
it('opens packed objects whose filter stands in an array', () => {
  const inArray = packed('9 0 << /S /Launch >>').replace('/Filter /FlateDecode', '/Filter [/FlateDecode]');
  expect(refusal(onePage([inArray]))).toBe('active-content');
});
it('refuses packed objects that it cannot open', () => {
  expect(refusal(onePage([packed('1 0 << >>', { deflate: false, filter: '/Filter /LZWDecode' })]))).toBe('corrupt');
  expect(
    refusal(onePage([packed('1 0 << >>', { deflate: false, filter: '/Filter [/ASCII85Decode /FlateDecode]' })])),
  ).toBe('corrupt');
  expect(refusal(onePage([packed('not deflated', { deflate: false, filter: '/Filter /FlateDecode' })]))).toBe(
    'corrupt',
  );
});
it('whatever bytes are changed, the answer is an inspection or a typed refusal', () => {
  const honest = fixture('gb/origin.pdf');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(honest.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      (changes) => {
        const changed = Buffer.from(honest);
        for (const [at, byte] of changes) changed[at] = byte;
        refusal(changed);
      },
    ),
    { numRuns: 1000 },
  );
});
