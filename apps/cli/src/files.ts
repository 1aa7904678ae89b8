import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { CommandFailed, EXIT } from './output.js';

function reading<T>(file: string, advice: string, read: (bytes: Buffer) => T): T {
  try {
    return read(readFileSync(file === '-' ? 0 : file));
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    throw new CommandFailed(`${file} cannot be read: ${says}`, EXIT.usage, advice);
  }
}

/** A file that a command line names. @param file - for standard input @throws CommandFailed `usage` */
export const bytesOf = (file: string): Buffer => reading(file, 'Give the path of a file.', (bytes) => bytes);

/** The one JSON document of a file. @param file - for standard input @throws CommandFailed `usage` */
export const jsonIn = (file: string): unknown =>
  reading(
    file,
    'Give a file with one JSON document, or - for standard input.',
    (bytes) => JSON.parse(bytes.toString()) as unknown,
  );

const MEDIA_TYPES: Record<string, string> = {
  '.xml': 'application/xml',
  '.csv': 'text/csv',
  '.pdf': 'application/pdf',
  '.json': 'application/json',
};
export const mediaTypeOf = (file: string): string =>
  MEDIA_TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream';
