import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import multipart from '@fastify/multipart';
import { newId, TidewaiterError } from '@tidewaiter/kernel';
import { problemOf } from '@tidewaiter/platform';
import Fastify, { type FastifyInstance } from 'fastify';
import { DocumentsRoom } from '../testing/documents-room.js';
import { fixture } from '../testing/files.js';
import { DocumentsController } from './documents.controller.js';

/** The controller behind a real socket and the real multipart parser; token, idempotency and problems are the platform's. */
describe('documents over HTTP', () => {
  let room: DocumentsRoom;
  let server: FastifyInstance;
  let address: string;
  let controller: DocumentsController;

  beforeAll(async () => {
    room = await DocumentsRoom.open();
    controller = new DocumentsController(room.uploads, room.views, room.differences, room.storage, room.store);
    server = Fastify();
    await server.register(multipart);
    server.setErrorHandler((error, _request, reply) => {
      if (!(error instanceof TidewaiterError)) throw error;
      const problem = problemOf(error);
      return reply.status(problem.status).send(problem);
    });
    server.post<{ Params: { shipmentId: string } }>('/v1/shipments/:shipmentId/documents', (request) =>
      controller.upload(
        { params: request.params, query: {}, body: undefined },
        room.caller(),
        `http/uploadDocument/${newId()}`,
        request,
      ),
    );
    await server.listen({ port: 0, host: '127.0.0.1' });
    address = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  }, 60_000);
  afterAll(async () => {
    await server?.close();
    await room?.close();
  });

  const send = async (
    shipmentId: string,
    form: FormData | string,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await fetch(`${address}/v1/shipments/${shipmentId}/documents`, { method: 'POST', body: form });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const form = (bytes: Buffer, name: string, fields: Record<string, string>, mediaType = ''): FormData => {
    const data = new FormData();
    for (const [field, value] of Object.entries(fields)) data.append(field, value);
    data.append('file', new Blob([new Uint8Array(bytes)], { type: mediaType }), name);
    return data;
  };

  it('takes an invoice and answers with its digest', async () => {
    const shipmentId = await room.shipment();
    const bytes = fixture('gb/invoice.xml', newId());
    const { status, body } = await send(
      shipmentId,
      form(bytes, 'invoice.xml', { type: 'commercial-invoice' }, 'application/xml'),
    );
    expect([status, body]).toMatchObject([
      200,
      { version: 1, size: bytes.length, mediaType: 'application/xml', duplicate: false, findings: [] },
    ]);
  });
  it('gives the bytes back as they came, as an attachment under a safe name', async () => {
    const shipmentId = await room.shipment();
    const bytes = fixture('gb/mandate.pdf');
    const { body } = await send(shipmentId, form(bytes, '../../mandate.pdf', { type: 'mandate' }, 'application/pdf'));
    const params = { documentId: String(body['documentId']), n: 1 };
    const binary = await controller.content({ params, query: {}, body: undefined }, room.caller());
    const chunks: Buffer[] = [];
    for await (const chunk of binary.content as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    expect(binary).toMatchObject({ mediaType: 'application/octet-stream', options: { filename: 'mandate.pdf' } });
    const again = await controller.content(
      { params, query: { reason: 'yearly audit' }, body: undefined },
      room.caller(),
    );
    (again.content as Readable).resume();
    const readings = await room.store.read(room.caller().tenant, `access-${params.documentId}`);
    expect(readings).toMatchObject([
      { type: 'DocumentDownloaded', data: { shipmentId, version: 1, reason: null, by: room.caller().actor } },
      { type: 'DocumentDownloaded', data: { shipmentId, version: 1, reason: 'yearly audit' } },
    ]);
    await expect(
      controller.content({ params, query: {}, body: undefined }, room.caller('globex')),
    ).rejects.toMatchObject({ kind: 'not-found' });
  });
  it('answers a bad file with code, place and advice', async () => {
    const { status, body } = await send(
      await room.shipment(),
      form(Buffer.from('<!DOCTYPE a><a/>'), 'a.xml', { type: 'commercial-invoice' }),
    );
    expect([status, body]).toMatchObject([
      400,
      { code: 'documents.file.doctype', places: [{ pointer: '/' }], advice: expect.any(String) },
    ]);
  });
  it('answers a file far too large before it has all come in', async () => {
    const { status, body } = await send(
      await room.shipment(),
      form(Buffer.alloc(15_000_000, 0x20), 'a.csv', { type: 'packing-list' }),
    );
    expect([status, body]).toMatchObject([413, { code: 'documents.file.too-large' }]);
  });
  it('answers a request without a type, a file or a form', async () => {
    const shipmentId = await room.shipment();
    expect((await send(shipmentId, form(Buffer.from('x'), 'a', {}))).body).toMatchObject({
      code: 'documents.upload.type-missing',
    });
    const empty = new FormData();
    empty.append('type', 'mandate');
    expect((await send(shipmentId, empty)).body).toMatchObject({ code: 'documents.upload.file-missing' });
    expect((await send(shipmentId, 'plain text')).body).toMatchObject({ code: 'documents.upload.not-multipart' });
  });
});
