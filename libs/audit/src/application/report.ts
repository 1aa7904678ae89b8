import anyAscii from 'any-ascii';
import PDFDocument from 'pdfkit';
import type { Account } from '../domain/index.js';

/** What the report tells; every word of it can be looked up in the events that lie beside it. */
export interface Report {
  shipmentId: string;
  origin: string;
  size: number;
  root: string;
  cosigned: string[];
  exportedAt: string;
  exportedBy: string;
  account: Account;
  timeline: { index: number; time: string; actor: string; says: string }[];
}

const INK = '#1d2733';
const FAINT = '#66717f';
const RULE = '#c9d1da';
const MARGIN = 50;

/** The standard fonts of PDF know Latin 1: what they cannot show is written as it sounds. */
const shown = (text: string): string =>
  Array.from(text, (char) => (char.codePointAt(0)! <= 0xff ? char : anyAscii(char))).join('');

/** A readable report, A4. The same report gives the same bytes: its dates are that of the export. */
export async function reportPdf(report: Report): Promise<Buffer> {
  const at = new Date(report.exportedAt);
  const pdf = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    bufferPages: true,
    info: { Title: `Shipment ${report.shipmentId}`, Producer: 'Tidewaiter', CreationDate: at, ModDate: at },
  });
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
  });
  new Pages(pdf).write(report);
  pdf.end();
  return done;
}

class Pages {
  constructor(private readonly pdf: PDFKit.PDFDocument) {}

  write(report: Report): void {
    this.head(report);
    this.parties(report.account);
    this.duties(report.account);
    this.approvals(report.account);
    this.documents(report.account);
    this.timeline(report);
    this.foot(report);
  }

  private head({ shipmentId, origin, size, root, cosigned, exportedAt, exportedBy }: Report): void {
    this.pdf.font('Helvetica-Bold').fontSize(20).fillColor(INK).text('Evidence of a shipment').moveDown(0.4);
    this.facts([
      ['Shipment', shipmentId],
      ['Log', origin],
      ['Checkpoint', `${size} leaves, root ${root}`],
      ['Cosigned by', cosigned.length === 0 ? 'nobody' : cosigned.join(', ')],
      ['Exported', `${exportedAt} by ${exportedBy}`],
    ]);
    this.note(
      'This report is for reading. What proves it are the events, proofs and the checkpoint in the same file; the verifier checks them without this system.',
    );
  }

  private parties({ parties }: Account): void {
    this.title('Parties');
    if (parties.length === 0) return this.note('None are named.');
    this.rows(
      [120, 280, 95],
      ['Role', 'Name', 'Country'],
      parties.map(({ role, name, country }) => [role, name, country]),
    );
  }

  private duties({ assessments }: Account): void {
    this.title('Duties, taxes and fees');
    if (assessments.length === 0) this.note('Nothing was assessed.');
    for (const { n, lawDate, currency, rules, charges, totals } of assessments) {
      this.facts([
        ['Assessment', `${n}, law of ${lawDate}`],
        ['Rules', rules.map(({ set, version, sha256 }) => `${set} ${version} (${sha256.slice(0, 12)}…)`).join(', ')],
      ]);
      this.rows(
        [34, 46, 80, 335],
        ['Line', 'Code', 'Amount', 'Arithmetic and legal basis'],
        charges.map(({ line, code, amount, legalBasis, arithmetic }) => [
          line === 0 ? 'entry' : String(line),
          code,
          amount,
          [arithmetic, legalBasis].filter(Boolean).join('\n'),
        ]),
      );
      this.facts(Object.entries(totals).map(([name, amount]) => [name, `${amount} ${currency}`]));
    }
  }

  private approvals({ approvals }: Account): void {
    this.title('Approvals');
    if (approvals.length === 0) return this.note('Nothing had to be approved.');
    for (const { what, amount, prepared, approved, needed } of approvals) {
      this.facts([
        ['Payment', `${what}: ${amount}`],
        ['Prepared by', prepared.join(', ')],
        ['Approved by', approved.map(({ by, at }) => `${by} on ${at}`).join('; ') || `nobody (${needed} needed)`],
      ]);
    }
  }

  private documents({ documents }: Account): void {
    this.title('Documents');
    if (documents.length === 0) return this.note('None were stored.');
    this.rows(
      [150, 55, 290],
      ['Name', 'Bytes', 'SHA-256'],
      documents.map(({ name, size, sha256 }) => [name, String(size), sha256]),
    );
  }

  private timeline({ timeline }: Report): void {
    this.title('Timeline');
    this.rows(
      [40, 120, 110, 225],
      ['Leaf', 'Recorded (UTC)', 'By', 'What'],
      timeline.map(({ index, time, actor, says }) => [String(index), time.slice(0, 23).replace('T', ' '), actor, says]),
    );
  }

  private foot({ shipmentId }: Report): void {
    const { start, count } = this.pdf.bufferedPageRange();
    for (let page = start; page < start + count; page += 1) {
      this.pdf.switchToPage(page);
      const { page: sheet } = this.pdf;
      // Below the margin a text would open a page of its own.
      sheet.margins.bottom = 0;
      this.pdf
        .font('Helvetica')
        .fontSize(7)
        .fillColor(FAINT)
        .text(`${shipmentId}   ${page + 1} of ${count}`, MARGIN, sheet.height - 34, { lineBreak: false });
    }
  }

  private title(text: string): void {
    this.room(110);
    this.pdf.moveDown(0.9).font('Helvetica-Bold').fontSize(13).fillColor(INK).text(text, MARGIN);
    this.line();
  }

  private line(): void {
    const { x, y, page } = this.pdf;
    this.pdf
      .moveTo(MARGIN, y + 2)
      .lineTo(page.width - MARGIN, y + 2)
      .lineWidth(0.5)
      .strokeColor(RULE)
      .stroke();
    this.pdf.x = x;
    this.pdf.y = y + 7;
  }

  private note(text: string): void {
    this.pdf.font('Helvetica-Oblique').fontSize(8.5).fillColor(FAINT).text(shown(text), MARGIN).moveDown(0.3);
  }

  private facts(facts: readonly (readonly [string, string])[]): void {
    this.table(
      [100, 395],
      facts.map(([label, value]) => [label, value]),
      true,
    );
    this.pdf.moveDown(0.3);
  }

  private rows(widths: readonly number[], head: readonly string[], rows: readonly (readonly string[])[]): void {
    this.pdf.font('Helvetica-Bold');
    this.row(widths, head, 'Helvetica-Bold', FAINT);
    this.line();
    this.table(widths, rows, false);
    this.pdf.moveDown(0.4);
  }

  private table(widths: readonly number[], rows: readonly (readonly string[])[], labelled: boolean): void {
    for (const row of rows) this.row(widths, row, 'Helvetica', INK, labelled ? FAINT : INK);
  }

  private row(widths: readonly number[], cells: readonly string[], font: string, color: string, first = color): void {
    this.pdf.font(font).fontSize(8);
    const texts = cells.map(shown);
    const heights = texts.map((text, i) => this.pdf.heightOfString(text, { width: widths[i]! - 8 }));
    const height = Math.max(...heights) + 3;
    this.room(height);
    const top = this.pdf.y;
    let left = MARGIN;
    for (const [i, text] of texts.entries()) {
      this.pdf.fillColor(i === 0 ? first : color).text(text, left, top, { width: widths[i]! - 8 });
      left += widths[i]!;
    }
    this.pdf.x = MARGIN;
    this.pdf.y = top + height;
  }

  /** A row is never torn over two pages. */
  private room(height: number): void {
    if (this.pdf.y + height > this.pdf.page.height - MARGIN) this.pdf.addPage();
  }
}
