import type { Facts, PaperFacts } from '../domain/facts.js';
import { inspectPdf } from '../intake/pdf.js';
import { readInvoice } from './invoice.js';
import { readPackingList } from './packing-list.js';
import { readPermit } from './permit.js';
import { readTransport } from './transport.js';

/**
 * Reads a stored version as the paper it was uploaded as. Papers without a form of ours (certificates, powers of attorney)
 * give size, pages and the title that the file gives itself.
 *
 * @throws Invalid with the place of what cannot be read
 */
export function readDocument(type: string, mediaType: string, bytes: Uint8Array): Facts {
  switch (type) {
    case 'commercial-invoice':
      return readInvoice(bytes);
    case 'packing-list':
      return readPackingList(bytes);
    case 'bill-of-lading':
    case 'sea-waybill':
    case 'air-waybill':
    case 'road-note':
      return readTransport(bytes, type);
    case 'import-licence':
      return mediaType === 'application/json' ? readPermit(bytes) : paperOf(mediaType, bytes);
    default:
      return paperOf(mediaType, bytes);
  }
}

function paperOf(mediaType: string, bytes: Uint8Array): PaperFacts {
  const pdf = mediaType === 'application/pdf' ? inspectPdf(bytes) : null;
  return {
    kind: 'paper',
    method: 'none',
    values: { mediaType, size: bytes.length, pages: pdf?.pages ?? null, title: pdf?.title ?? null },
    places: {},
  };
}
