import { specFor } from '@tidewaiter/kernel/testing';
import { aLine, SHIPMENT } from '../testing/papers.js';
import { document, type DocumentEvent } from './document.js';

const given = specFor(document);
const documentId = '0192bbbb-0000-7000-8000-000000000001';
const digest = (char: string) => `sha256:${char.repeat(64)}`;
const arrival = {
  documentId,
  shipmentId: SHIPMENT,
  fileId: '0192bbbb-0000-7000-8000-00000000000f',
  sha256: 'a'.repeat(64),
  documentType: 'commercial-invoice' as const,
};
const data = (version: number) => ({
  documentId,
  shipmentId: SHIPMENT,
  version,
  sha256: 'a'.repeat(64),
  fileId: arrival.fileId,
  type: arrival.documentType,
});
const received: DocumentEvent = { type: 'DocumentReceived', data: data(1) };
const second: DocumentEvent = { type: 'DocumentVersionAdded', data: data(2) };
const outcome = { factsDigest: digest('b'), lines: 1, number: 'INV-1', total: null };
const read = (version = 1): DocumentEvent => ({
  type: 'DocumentRead',
  data: { documentId, shipmentId: SHIPMENT, version, type: 'commercial-invoice', ...outcome },
});
const confirm = (changes = {}) => ({
  type: 'ConfirmLines' as const,
  version: 1,
  factsDigest: digest('b'),
  by: 'user:olga',
  lines: [aLine()],
  read: [aLine()],
  ...changes,
});

it('comes in once', () => {
  given()
    .when({ type: 'ReceiveDocument', ...arrival })
    .then(received);
  given(received)
    .when({ type: 'ReceiveDocument', ...arrival })
    .thenNothing();
});
it('gets versions of its own shipment and type only', () => {
  given(received)
    .when({ type: 'AddVersion', ...arrival })
    .then(second);
  given(received)
    .when({ type: 'AddVersion', ...arrival, documentType: 'mandate' })
    .thenRefused('documents.document.type-differs');
  given(received)
    .when({ type: 'AddVersion', ...arrival, shipmentId: documentId })
    .thenRefused('documents.document.unknown');
  given()
    .when({ type: 'AddVersion', ...arrival })
    .thenRefused('documents.document.unknown');
});
it('is read once for each version, whoever reads it a second time', () => {
  given(received).when({ type: 'RecordReading', version: 1, outcome }).then(read());
  given(received, read()).when({ type: 'RecordReading', version: 1, outcome }).thenNothing();
  given(received, read())
    .when({ type: 'RecordRejection', version: 1, outcome: { code: 'x', place: null, says: 'no' } })
    .thenNothing();
  given(received).when({ type: 'RecordReading', version: 2, outcome }).thenNothing();
});
it('has its lines confirmed as they were read, and says what a person corrected', () => {
  given(received, read())
    .when(confirm({ lines: [aLine({ netMass: '561', price: { amount: '1.00', currency: 'USD' } })] }))
    .then({
      type: 'LinesConfirmed',
      data: {
        documentId,
        shipmentId: SHIPMENT,
        version: 1,
        factsDigest: digest('b'),
        by: 'user:olga',
        lines: [aLine({ netMass: '561', price: { amount: '1.00', currency: 'USD' } })],
        corrected: ['/lines/0/netMass', '/lines/0/price/amount'],
      },
    });
});
it('takes the same confirmation again as one fact', () => {
  const confirmed: DocumentEvent = {
    type: 'LinesConfirmed',
    data: {
      documentId,
      shipmentId: SHIPMENT,
      version: 1,
      factsDigest: digest('b'),
      by: 'user:olga',
      lines: [aLine()],
      corrected: [],
    },
  };
  given(received, read(), confirmed).when(confirm()).thenNothing();
});
it('refuses a confirmation of something else than its newest version says', () => {
  given(received, read())
    .when(confirm({ factsDigest: digest('c') }))
    .thenRefused('documents.lines.facts-changed');
  given(received, read(), second, read(2)).when(confirm()).thenRefused('documents.lines.facts-changed');
  given(received).when(confirm()).thenRefused('documents.document.not-read');
  given(received, read())
    .when(confirm({ lines: [] }))
    .thenRefused('documents.lines.none');
  given(received, read())
    .when(confirm({ lines: [aLine(), aLine()] }))
    .thenRefused('documents.lines.numbers');
});
