import { asyncApiDocument, openApiDocument } from '@tidewaiter/contracts';

export const VERSION = '0.1.0';

let document: ReturnType<typeof openApiDocument> | undefined;
let events: ReturnType<typeof asyncApiDocument> | undefined;

/** Worked out when first asked for: no service has to wait for it at its start. */
export const apiDocument = (): ReturnType<typeof openApiDocument> => (document ??= openApiDocument(VERSION));
export const asyncApi = (): ReturnType<typeof asyncApiDocument> => (events ??= asyncApiDocument(VERSION));
