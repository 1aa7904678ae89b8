import { Invalid } from '@tidewaiter/kernel';
import { fixture, onePage } from '../testing/files.js';
import { safeName } from './file-name.js';
import { agree, allowedFor, sniff } from './sniff.js';
import { checkStrictly } from './strict.js';

/** The door without the disk: what it would say to a whole file. */
async function door(
  bytes: Buffer,
  { type = 'commercial-invoice', declared = 'application/octet-stream', name = 'file' } = {},
): Promise<string> {
  try {
    const found = await sniff(bytes.subarray(0, 4100));
    agree(found, declared, name, allowedFor(type));
    checkStrictly(found, bytes);
    return found;
  } catch (error) {
    expect(error).toBeInstanceOf(Invalid);
    expect((error as Invalid).details.advice).not.toBe('');
    return (error as Invalid).code.replace('documents.file.', '');
  }
}
const text = (value: string) => Buffer.from(value);

describe('honest files', () => {
  it.each([
    ['invoice.xml', 'commercial-invoice', 'application/xml'],
    ['packing-list.csv', 'packing-list', 'text/csv'],
    ['waybill.json', 'sea-waybill', 'application/json'],
    ['origin.pdf', 'origin-nonpreferential', 'application/pdf'],
    ['mandate.pdf', 'mandate', 'application/pdf'],
  ])('%s is taken for what it is', async (name, type, mediaType) => {
    expect(await door(fixture(`gb/${name}`), { type, name })).toBe(mediaType);
    expect(await door(fixture(`gb/${name}`), { type, name, declared: mediaType })).toBe(mediaType);
  });
  it('a table that begins like a picture or a program is a table', async () => {
    for (const begin of ['BM,1\n', 'MZ,1\n', 'II*\n'])
      expect(await door(text(begin), { type: 'packing-list' })).toBe('text/csv');
  });
  it('a character that the head cuts in two is no bad byte', async () => {
    expect(await door(text(`${'a'.repeat(4099)}ü,1\n`), { type: 'packing-list' })).toBe('text/csv');
  });
});

describe('files that are refused', () => {
  it.each([
    ['a web page', text('<!doctype html><html></html>'), 'type-not-allowed'],
    ['a web page that says it is a PDF', text('<html><body>%PDF-1.7</body></html>'), 'type-not-allowed'],
    [
      'a web page in good XML',
      text('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'),
      'type-not-allowed',
    ],
    [
      'a web page inside an invoice',
      text('<Invoice><x xmlns="http://www.w3.org/1999/xhtml"/></Invoice>'),
      'type-not-allowed',
    ],
    ['a drawing', text('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), 'type-not-allowed'],
    ['a shell script', text('#!/bin/sh\nrm -rf /\n'), 'type-not-allowed'],
    ['a zip archive', Buffer.from('504b0304140000000800000000000000', 'hex'), 'type-not-allowed'],
    ['a Windows program', Buffer.concat([text('MZ'), Buffer.alloc(200, 0x90)]), 'type-not-allowed'],
    [
      'a Linux program',
      Buffer.concat([Buffer.from('7f454c46020101000000000000000000', 'hex'), Buffer.alloc(80)]),
      'type-not-allowed',
    ],
    [
      'a Word document of old',
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]),
      'type-not-allowed',
    ],
    [
      'a picture',
      Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(60)]),
      'type-not-allowed',
    ],
    ['a PDF where an invoice is wanted', onePage(), 'type-not-allowed'],
    ['a DOCTYPE', text('<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY a "b">]><Invoice>&a;</Invoice>'), 'doctype'],
    [
      'entities inside entities',
      text(
        `<!DOCTYPE z [${Array.from({ length: 40 }, (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};">`).join('')}]><z>&e40;</z>`,
      ),
      'doctype',
    ],
    ['nine megabytes of references', text(`<a>${'&#65;'.repeat(1_800_000)}</a>`), 'too-complex'],
    ['elements 100,000 deep', text(`${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`), 'too-complex'],
    ['Latin-1 that says UTF-8', Buffer.concat([text('<a>gr'), Buffer.from([0xfc]), text('n</a>')]), 'charset'],
    ['UTF-16 that says UTF-8', Buffer.from('\uFEFF<?xml version="1.0" encoding="UTF-8"?><a/>', 'utf16le'), 'charset'],
    ['XML that is broken', text('<Invoice><ID>1</Invoice>'), 'corrupt'],
  ])('%s', async (_, bytes, code) => {
    expect(await door(bytes)).toBe(code);
  });
  it.each([
    ['JSON that is broken', text('{"a": }'), 'sea-waybill', 'corrupt'],
    ['JSON in Latin-1', Buffer.concat([text('{"a":"'), Buffer.from([0xe9]), text('"}')]), 'sea-waybill', 'charset'],
    ['a table with a zero byte', text('package,gross\n1,\0\n'), 'packing-list', 'charset'],
    ['a table of one line', text(`a,${'1'.repeat(70_000)}`), 'packing-list', 'too-complex'],
    ['a PDF that is only called one', text('%PDF-1.7\nnothing follows'), 'mandate', 'truncated'],
    ['a PDF that is cut off', onePage().subarray(0, 200), 'mandate', 'truncated'],
    ['a PDF with a script', onePage(['<< /S /JavaScript /JS (x) >>']), 'mandate', 'active-content'],
    ['a web page as power of attorney', text('<html></html>'), 'mandate', 'type-not-allowed'],
    ['text as power of attorney', text('I, the undersigned'), 'mandate', 'type-not-allowed'],
  ])('%s', async (_, bytes, type, code) => {
    expect(await door(bytes, { type })).toBe(code);
  });
});

describe('declared type, name and bytes', () => {
  it('disagree and are refused', async () => {
    const csv = fixture('gb/packing-list.csv');
    expect(await door(csv, { type: 'packing-list', declared: 'application/pdf' })).toBe('type-mismatch');
    expect(await door(csv, { type: 'packing-list', name: 'list.pdf' })).toBe('type-mismatch');
    expect(await door(csv, { type: 'packing-list', name: 'list.exe' })).toBe('type-mismatch');
    expect(await door(text('<html/>'), { type: 'mandate', declared: 'application/pdf', name: 'mandate.pdf' })).toBe(
      'type-not-allowed',
    );
  });
  it('a tool that says nothing, or what browsers say of a table, is believed', async () => {
    const csv = fixture('gb/packing-list.csv');
    for (const declared of [
      'application/octet-stream',
      'text/csv; charset=utf-8',
      'text/plain',
      'application/vnd.ms-excel',
    ]) {
      expect(await door(csv, { type: 'packing-list', declared, name: 'list.csv' })).toBe('text/csv');
    }
  });
});

describe('the name of a file', () => {
  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\invoice.xml', 'invoice.xml'],
    ['a\u0000b.pdf', 'a_b.pdf'],
    ['invoice\u202Efdp.exe', 'invoice_fdp.exe'],
    ['"><script>.pdf', '___script_.pdf'],
    ['...', 'unnamed'],
    ['', 'unnamed'],
    [`${'x'.repeat(4000)}.pdf`, `${'x'.repeat(251)}.pdf`],
    ['Rechnung März 北京.pdf', 'Rechnung März 北京.pdf'],
  ])('%j is kept as %j', (given, kept) => {
    expect(safeName(given)).toBe(kept);
  });
  it('may be missing', () => {
    expect(safeName(undefined)).toBe('unnamed');
  });
});
