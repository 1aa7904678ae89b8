import { createHash } from 'node:crypto';
import { UPLOAD_PIECE_BYTES } from '@tidewaiter/contracts';
import { newId } from '@tidewaiter/kernel';
import { DocumentsRoom } from '../testing/documents-room.js';
import { fixture } from '../testing/files.js';

describe('an upload in pieces', () => {
  let room: DocumentsRoom;
  beforeAll(async () => {
    room = await DocumentsRoom.open();
  }, 60_000);
  afterAll(() => room?.close());

  /** A mandate with megabytes of remarks behind its first line. */
  const mandate = (size: number): Buffer => {
    const pdf = fixture('gb/mandate.pdf', newId());
    const line = pdf.indexOf('\n') + 1;
    return Buffer.concat([pdf.subarray(0, line), Buffer.from(`%${'x'.repeat(size)}\n`), pdf.subarray(line)]);
  };
  const begin = async (bytes: Buffer, key = newId(), shipmentId?: string) =>
    room.inPieces.begin(
      room.caller(),
      shipmentId ?? (await room.shipment()),
      { type: 'mandate', name: 'mandate.pdf', mediaType: 'application/pdf', size: bytes.length },
      key,
    );
  const piece = (bytes: Buffer, n: number): Buffer =>
    bytes.subarray(n * UPLOAD_PIECE_BYTES, (n + 1) * UPLOAD_PIECE_BYTES);

  it('becomes the document that it would have been at once, and is gone then', async () => {
    const bytes = mandate(2_500_000);
    const { uploadId, offset } = await begin(bytes);
    expect(offset).toBe(0);
    for (let n = 0; n * UPLOAD_PIECE_BYTES < bytes.length; n += 1)
      await room.inPieces.append('acme', uploadId, n * UPLOAD_PIECE_BYTES, piece(bytes, n));
    const uploaded = await room.inPieces.complete(room.caller(), uploadId, newId());
    expect(uploaded).toMatchObject({
      version: 1,
      mediaType: 'application/pdf',
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    await expect(room.inPieces.show('acme', uploadId)).rejects.toMatchObject({ code: 'documents.upload.unknown' });
  });

  it('goes on behind its last byte, says where that is, and takes no byte twice', async () => {
    const bytes = mandate(2_500_000);
    const key = newId();
    const shipmentId = await room.shipment();
    const { uploadId } = await begin(bytes, key, shipmentId);
    await room.inPieces.append('acme', uploadId, 0, bytes.subarray(0, 700_000));
    expect(await begin(bytes, key, shipmentId)).toMatchObject({ uploadId, offset: 700_000 });
    await expect(room.inPieces.append('acme', uploadId, 900_000, piece(bytes, 1))).rejects.toMatchObject({
      code: 'documents.upload.offset',
      details: { facts: { offset: 700_000 } },
    });
    // A piece of which a part is here already: what is here stays.
    const wrong = Buffer.from(bytes.subarray(0, 800_000)).fill(0, 0, 700_000);
    expect(await room.inPieces.append('acme', uploadId, 0, wrong)).toMatchObject({ offset: 800_000 });
    await Promise.all(
      [1, 2].map(() => room.inPieces.append('acme', uploadId, 800_000, bytes.subarray(800_000, 1_800_000))),
    );
    await expect(room.inPieces.complete(room.caller(), uploadId, newId())).rejects.toMatchObject({
      code: 'documents.upload.incomplete',
    });
    await room.inPieces.append('acme', uploadId, 1_800_000, bytes.subarray(1_800_000));
    expect(await room.inPieces.complete(room.caller(), uploadId, newId())).toMatchObject({
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  });

  it('is unknown to another tenant, and refused where it is too much', async () => {
    const bytes = mandate(10);
    const { uploadId } = await begin(bytes);
    await expect(room.inPieces.append('globex', uploadId, 0, bytes)).rejects.toMatchObject({
      code: 'documents.upload.unknown',
    });
    await expect(
      room.inPieces.append('acme', uploadId, 0, Buffer.concat([bytes, Buffer.from('.')])),
    ).rejects.toMatchObject({ code: 'documents.upload.piece-too-large' });
    await expect(
      room.inPieces.begin(
        room.caller(),
        await room.shipment(),
        { type: 'mandate', name: 'x.pdf', mediaType: 'application/pdf', size: 25_000_001 },
        newId(),
      ),
    ).rejects.toMatchObject({ code: 'documents.file.too-large' });
    await expect(begin(bytes, newId(), newId())).rejects.toMatchObject({ code: 'documents.shipment.unknown' });
  });

  it('is thrown away when its bytes are refused, or when nobody goes on with it for a day', async () => {
    const page = Buffer.from('<!doctype html><script>alert(1)</script>');
    const refused = await begin(page);
    await room.inPieces.append('acme', refused.uploadId, 0, page);
    await expect(room.inPieces.complete(room.caller(), refused.uploadId, newId())).rejects.toMatchObject({
      code: 'documents.file.type-not-allowed',
    });
    await expect(room.inPieces.show('acme', refused.uploadId)).rejects.toMatchObject({
      code: 'documents.upload.unknown',
    });
    const left = await begin(mandate(10));
    await room.pieces.sweep(Date.now() + 23 * 3_600_000);
    expect(await room.inPieces.show('acme', left.uploadId)).toMatchObject({ offset: 0 });
    await room.pieces.sweep(Date.now() + 25 * 3_600_000);
    await expect(room.inPieces.show('acme', left.uploadId)).rejects.toMatchObject({ code: 'documents.upload.unknown' });
  });
});
