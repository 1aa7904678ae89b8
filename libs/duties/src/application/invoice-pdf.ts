import anyAscii from 'any-ascii';
import PDFDocument from 'pdfkit';
import { vatOf, type Invoice } from '../domain/invoice.js';

const MARGIN = 50;
const INK = '#1d2733';
const FAINT = '#66717f';

/** The standard fonts of PDF know Latin 1: what they cannot show is written as it sounds. */
const shown = (text: string): string =>
  Array.from(text, (char) => (char.codePointAt(0)! <= 0xff ? char : anyAscii(char))).join('');

/** The invoice on A4. The same invoice gives the same bytes: its dates are its own. */
export async function invoicePdf(invoice: Invoice): Promise<Buffer> {
  const at = new Date(`${invoice.issuedOn}T00:00:00Z`);
  const pdf = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    info: { Title: `${titleOf(invoice)} ${invoice.number}`, Producer: 'Tidewaiter', CreationDate: at, ModDate: at },
  });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
  });
  write(pdf, invoice);
  pdf.end();
  return done;
}

const titleOf = ({ kind }: Invoice): string => (kind === 'invoice' ? 'Invoice' : 'Credit note');

function write(pdf: PDFKit.PDFDocument, invoice: Invoice): void {
  const { seller, customer, number, issuedOn, dueOn, reference, corrects, reason, currency, lines, totals } = invoice;
  pdf.font('Helvetica').fontSize(10).fillColor(FAINT).text(shown(seller));
  pdf
    .fontSize(20)
    .fillColor(INK)
    .text(`${titleOf(invoice)} ${number}`)
    .moveDown(0.5)
    .fontSize(10);
  pdf
    .text(shown(`To ${customer}`))
    .text(`Shipment ${reference}`)
    .text(`Issued on ${issuedOn}`);
  if (invoice.kind === 'invoice') pdf.text(`Due on ${dueOn}`);
  if (corrects) pdf.text(`Takes back invoice ${corrects.number}`);
  if (reason !== null) pdf.text(shown(reason));
  pdf.moveDown();
  for (const line of lines) {
    row(pdf, line.text, line.amount);
    if (line.kind !== 'service') pdf.fontSize(8).fillColor(FAINT).text(shown(line.legalBasis), { width: 380 });
    pdf.fontSize(10).fillColor(INK).moveDown(0.3);
  }
  pdf.moveDown();
  row(pdf, 'Sum', `${totals.net} ${currency}`);
  for (const { category, percent, taxable, tax } of vatOf(lines, currency)) {
    row(pdf, category === 'E' ? `Laid out for you, without VAT: ${taxable}` : `VAT ${percent} % on ${taxable}`, tax);
  }
  pdf.font('Helvetica-Bold');
  row(pdf, invoice.kind === 'invoice' ? 'To be paid' : 'Credited', `${totals.gross} ${currency}`);
}

function row(pdf: PDFKit.PDFDocument, left: string, right: string): void {
  const { y } = pdf;
  pdf.text(shown(left), MARGIN, y, { width: 380 });
  const below = pdf.y;
  pdf.text(right, MARGIN + 390, y, { width: 105, align: 'right' });
  pdf.x = MARGIN;
  pdf.y = Math.max(below, pdf.y);
}
