import { Inject } from '@nestjs/common';
import { UPLOAD_PIECE_BYTES, type AnswerOf, type beginUpload, type InputOf } from '@tidewaiter/contracts';
import { Conflict, Invalid, NotFound, Refused, WrongState } from '@tidewaiter/kernel';
import type { CallerIdentity } from '@tidewaiter/platform';
import type { Announced, Pieces } from '../storage/pieces.js';
import { uuidOf } from './digests.js';
import { LIMITS, PIECES, type UploadLimits } from './tokens.js';
import { tooLarge, Uploads, type Part, type Uploaded } from './uploads.js';

export type Upload = AnswerOf<typeof beginUpload>;

const OPEN_AT_MOST = 200;

/** A file over a line that may be cut: what is here stays, and the rest follows behind the last byte. */
export class UploadsInPieces {
  constructor(
    @Inject(PIECES) private readonly pieces: Pieces,
    @Inject(LIMITS) private readonly limits: UploadLimits,
    @Inject(Uploads) private readonly uploads: Uploads,
  ) {}

  /** @throws NotFound `documents.shipment.unknown`; Invalid `documents.file.too-large`; Refused `documents.upload.too-many` */
  async begin(
    { tenant }: CallerIdentity,
    shipmentId: string,
    { type, name, mediaType, size, supersedes }: InputOf<typeof beginUpload>['body'],
    commandId: string,
  ): Promise<Upload> {
    await this.uploads.shipmentKnown(tenant, shipmentId);
    if (size > this.limits.file) throw tooLarge(this.limits.file, '/size');
    const uploadId = uuidOf('upload', tenant, commandId);
    if ((await this.pieces.known(tenant, uploadId)) === null) {
      if ((await this.pieces.tidy(tenant, Date.now())) >= OPEN_AT_MOST) {
        throw new Refused('documents.upload.too-many', `${OPEN_AT_MOST} uploads are under way already`, {
          advice: 'Finish some of them; what nobody goes on with is gone after a day.',
        });
      }
      const announced: Announced = { shipmentId, type, name, mediaType, size, supersedes: supersedes ?? null };
      await this.pieces.begin(tenant, uploadId, announced);
    }
    return this.show(tenant, uploadId);
  }

  /** @throws NotFound `documents.upload.unknown` */
  async show(tenant: string, uploadId: string): Promise<Upload> {
    const { announced, offset } = await this.known(tenant, uploadId);
    return viewOf(uploadId, announced, offset);
  }

  /**
   * @throws Invalid `documents.upload.piece-too-large`; Conflict `documents.upload.offset` with the place to go on from;
   *         NotFound `documents.upload.unknown`
   */
  async append(tenant: string, uploadId: string, from: number, bytes: Buffer): Promise<Upload> {
    const { announced, offset } = await this.known(tenant, uploadId);
    const end = from + bytes.length;
    if (bytes.length > UPLOAD_PIECE_BYTES || end > announced.size) {
      throw new Invalid('documents.upload.piece-too-large', `a piece of ${bytes.length} bytes from ${from} on`, {
        advice: `Send ${UPLOAD_PIECE_BYTES} bytes at most, and no more than the ${announced.size} that were announced.`,
      });
    }
    if (from > offset) {
      throw new Conflict('documents.upload.offset', `the next piece begins at ${offset}, not at ${from}`, {
        advice: 'Ask how much is here, and go on from there.',
        facts: { offset },
      });
    }
    // What is here already stays as it is: only what lies behind it is new.
    if (end > offset) await this.pieces.write(tenant, uploadId, offset, bytes.subarray(offset - from));
    return viewOf(uploadId, announced, Math.max(offset, end));
  }

  /** @throws WrongState `documents.upload.incomplete`, and what a file that came at once is refused for */
  async complete(caller: CallerIdentity, uploadId: string, commandId: string): Promise<Uploaded> {
    const { tenant } = caller;
    const { announced, offset } = await this.known(tenant, uploadId);
    if (offset < announced.size) {
      throw new WrongState('documents.upload.incomplete', `${offset} of ${announced.size} bytes are here`, {
        advice: 'Send the rest first.',
        facts: { offset },
      });
    }
    const parts = this.asParts(announced, tenant, uploadId);
    try {
      const uploaded = await this.uploads.accept(parts, caller, announced.shipmentId, commandId);
      await this.pieces.discard(tenant, uploadId);
      return uploaded;
    } catch (error) {
      // What was refused is kept where refused files are; these bytes will never do.
      if (error instanceof Invalid) await this.pieces.discard(tenant, uploadId);
      throw error;
    }
  }

  private async *asParts(announced: Announced, tenant: string, uploadId: string): AsyncGenerator<Part> {
    yield { type: 'field', fieldname: 'type', value: announced.type };
    if (announced.supersedes !== null) yield { type: 'field', fieldname: 'supersedes', value: announced.supersedes };
    yield {
      type: 'file',
      fieldname: 'file',
      filename: announced.name,
      mimetype: announced.mediaType,
      file: this.pieces.read(tenant, uploadId),
    };
  }

  private async known(tenant: string, uploadId: string): Promise<{ announced: Announced; offset: number }> {
    const known = await this.pieces.known(tenant, uploadId);
    if (known) return known;
    throw new NotFound('documents.upload.unknown', 'there is no such upload', {
      advice:
        'Begin anew: an upload that nobody goes on with is gone after a day, and one that became a document is done.',
    });
  }
}

const viewOf = (uploadId: string, { shipmentId, size }: Announced, offset: number): Upload => ({
  uploadId,
  shipmentId,
  size,
  offset,
});
