import PDFDocument from 'pdfkit';
import type { Quantity, Trip } from './events.js';

export interface Proof {
  signedBy: string;
  at: Date;
  quantities: Quantity[];
}

/** Proof of delivery, one page. The same delivery gives the same bytes: the file's dates are those of the delivery. */
export async function proofPdf(trip: Trip, { signedBy, at, quantities }: Proof): Promise<Buffer> {
  const pdf = new PDFDocument({
    size: 'A4',
    margin: 56,
    info: { Title: `Proof of delivery ${trip.booking}`, CreationDate: at, ModDate: at },
  });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
  });
  pdf.fontSize(20).text('Proof of delivery').moveDown();
  pdf.fontSize(11);
  const to = trip.to.UNLocationCode ?? 'the delivery address';
  for (const [label, value] of [
    ['Booking', trip.booking],
    ['Shipment', trip.shipment],
    ['Equipment', trip.equipment],
    ['Delivered at', to],
    ['On', at.toISOString()],
    ['Signed by', signedBy],
    ...quantities.map(({ line, value, unit }): [string, string] => [`Line ${line}`, `${value} ${unit}`]),
  ] as const) {
    pdf.text(`${label}: ${value}`);
  }
  pdf.moveDown().text('Written by the simulated carrier; no goods have moved.', { oblique: true });
  pdf.end();
  return done;
}
