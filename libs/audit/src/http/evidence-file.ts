import { Binary } from '@tidewaiter/platform';

/** An evidence file as an answer, with its digest (RFC 9530). */
export const evidenceFile = (shipmentId: string, { bytes, sha256 }: { bytes: Uint8Array; sha256: string }): Binary =>
  new Binary(Buffer.from(bytes), 'application/x-tar', {
    filename: `evidence-${shipmentId}.tar`,
    headers: {
      'Repr-Digest': `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`,
      'Cache-Control': 'no-store',
    },
  });
