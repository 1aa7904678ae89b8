import type { Readable } from 'node:stream';

/** An answer that is not JSON: bytes, a stream or text, with its media type. */
export class Binary {
  constructor(
    readonly content: Buffer | Readable | string,
    readonly mediaType: string,
    readonly options: { filename?: string; immutable?: boolean; headers?: Record<string, string> } = {},
  ) {}
}
