import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';

const CONSIGNMENTS = new URL('../../../../test/fixtures/consignments/', import.meta.url);

/** A paper of our consignments, with the reference filled in. */
export const fixture = (path: string, reference = 'T-1'): Buffer => {
  const bytes = readFileSync(new URL(path, CONSIGNMENTS));
  return path.endsWith('.pdf') ? bytes : Buffer.from(bytes.toString('utf8').replaceAll('${REFERENCE}', reference));
};

/** The invoice to Great Britain with one thing changed. */
export const changedInvoice = (from: string, to: string, reference?: string): Buffer => {
  const text = fixture('gb/invoice.xml', reference).toString('utf8');
  if (!text.includes(from)) throw new Error(`the invoice has no ${from}`);
  return Buffer.from(text.replace(from, to));
};

/** A PDF from its objects, with a cross-reference table that is right. */
export function pdf(objects: string[], options: { header?: string; end?: string; trailer?: string } = {}): Buffer {
  let text = options.header ?? '%PDF-1.7\n%\u00E2\u00E3\u00CF\u00D3\n';
  const places = objects.map((body, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const table = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${options.trailer ?? ''}>>\nstartxref\n${table}\n${options.end ?? '%%EOF\n'}`;
  return Buffer.from(text, 'latin1');
}

const ROOT = '<< /Type /Catalog /Pages 2 0 R >>';
const TREE = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>';
const PAGE = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>';
export const onePage = (more: string[] = [], options: Parameters<typeof pdf>[1] = {}): Buffer =>
  pdf([ROOT, TREE, PAGE, ...more], options);

/** An object stream that holds the given objects. */
export function packed(objects: string, options: { deflate?: boolean; filter?: string } = {}): string {
  const body = options.deflate === false ? objects : deflateSync(Buffer.from(objects, 'latin1')).toString('latin1');
  const filter = options.filter ?? (options.deflate === false ? '' : '/Filter /FlateDecode');
  return `<< /Type /ObjStm /N 1 /First 4 ${filter} /Length ${body.length} >>\nstream\n${body}\nendstream`;
}
