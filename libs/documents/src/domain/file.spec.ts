import { specFor } from '@tidewaiter/kernel/testing';
import { SHIPMENT } from '../testing/papers.js';
import { file, type FileEvent } from './file.js';

const given = specFor(file);
const fileId = '0192bbbb-0000-7000-8000-00000000000f';
const stored: FileEvent = {
  type: 'FileStored',
  data: { fileId, shipmentId: SHIPMENT, sha256: 'a'.repeat(64), size: 1, mediaType: 'text/csv', name: 'a.csv' },
};
const refused: FileEvent = {
  type: 'FileRefused',
  data: {
    fileId,
    shipmentId: SHIPMENT,
    sha256: null,
    size: 1,
    name: 'a.exe',
    code: 'documents.file.type-not-allowed',
    place: null,
    says: 'no',
  },
};

it('is stored once, or refused once, and never both', () => {
  given().when({ type: 'StoreFile', file: stored.data }).then(stored);
  given(stored).when({ type: 'StoreFile', file: stored.data }).thenNothing();
  given().when({ type: 'RefuseFile', refusal: refused.data }).then(refused);
  given(refused).when({ type: 'RefuseFile', refusal: refused.data }).thenNothing();
  given(refused).when({ type: 'StoreFile', file: stored.data }).thenRefused('documents.file.refused');
  given(stored).when({ type: 'RefuseFile', refusal: refused.data }).thenRefused('documents.file.stored');
});
