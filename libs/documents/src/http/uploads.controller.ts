import { Controller, Inject } from '@nestjs/common';
import { appendUpload, beginUpload, completeUpload, showUpload, type InputOf } from '@tidewaiter/contracts';
import { Caller, CommandId, Input, RawBody, Serves, type CallerIdentity } from '@tidewaiter/platform';
import { UploadsInPieces } from '../application/uploads-in-pieces.js';

@Controller()
export class UploadsController {
  constructor(@Inject(UploadsInPieces) private readonly uploads: UploadsInPieces) {}

  @Serves(beginUpload)
  begin(
    @Input() { params, body }: InputOf<typeof beginUpload>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.uploads.begin(caller, params.shipmentId, body, commandId);
  }

  @Serves(showUpload)
  show(@Input() { params }: InputOf<typeof showUpload>, @Caller() { tenant }: CallerIdentity) {
    return this.uploads.show(tenant, params.uploadId);
  }

  @Serves(appendUpload)
  append(
    @Input() { params, query }: InputOf<typeof appendUpload>,
    @Caller() { tenant }: CallerIdentity,
    @RawBody() bytes: Buffer,
  ) {
    return this.uploads.append(tenant, params.uploadId, query.offset, bytes);
  }

  @Serves(completeUpload)
  complete(
    @Input() { params }: InputOf<typeof completeUpload>,
    @Caller() caller: CallerIdentity,
    @CommandId() commandId: string,
  ) {
    return this.uploads.complete(caller, params.uploadId, commandId);
  }
}
