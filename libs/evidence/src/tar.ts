import { fromUtf8, joinBytes, Malformed, utf8 } from '@tidewaiter/merkle';

/** One file of an archive. */
export interface TarFile {
  path: string;
  bytes: Uint8Array;
}

const BLOCK = 512;
const FORMAT = 'evidence file';
/** What a path of ours is made of; nothing that a file system could take for another place. */
const PATH = /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/;
const isPath = (path: string): boolean =>
  path.length <= 100 && PATH.test(path) && !path.split('/').some((part) => part === '.' || part === '..');

const octal = (value: number, width: number): string => value.toString(8).padStart(width - 1, '0') + '\0';

function header({ path, bytes }: TarFile): Uint8Array {
  if (!isPath(path)) throw new RangeError(`no path for an evidence file: ${path}`);
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string): void => block.set(utf8(text), at);
  put(0, path);
  put(100, octal(0o644, 8));
  put(108, octal(0, 8));
  put(116, octal(0, 8));
  put(124, octal(bytes.length, 12));
  put(136, octal(0, 12));
  put(148, '        ');
  put(156, '0');
  put(257, 'ustar\0');
  put(263, '00');
  put(148, `${octal(sumOf(block), 7)} `);
  return block;
}

const sumOf = (block: Uint8Array): number => block.reduce((sum, byte) => sum + byte, 0);
const padding = (length: number): number => (BLOCK - (length % BLOCK)) % BLOCK;

/**
 * A plain archive (POSIX.1-1988 ustar) that any `tar` unpacks: files only, no times, no owners, so that the same files give the
 * same bytes.
 */
export const writeTar = (files: readonly TarFile[]): Uint8Array =>
  joinBytes(
    ...files.flatMap((file) => [header(file), file.bytes, new Uint8Array(padding(file.bytes.length))]),
    new Uint8Array(2 * BLOCK),
  );

/**
 * Reads exactly what `writeTar` writes: one meaning for one file. Paths once each, plain files only, zeros where nothing is.
 * @throws Malformed with the byte where it goes wrong
 */
export function readTar(archive: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let at = 0;
  const bad = (reason: string): never => {
    throw new Malformed(FORMAT, `byte ${at}`, reason);
  };
  const blockAt = (from: number): Uint8Array => {
    const block = archive.subarray(from, from + BLOCK);
    return block.length === BLOCK ? block : bad('cut short');
  };
  for (;;) {
    const block = blockAt(at);
    if (sumOf(block) === 0) break;
    const path = textOf(block.subarray(0, 100));
    const size = /^([0-7]{11})\0$/.exec(fromUtf8(block.subarray(124, 136)) ?? '');
    if (path === null || !isPath(path) || !size) return bad('no header of an evidence file');
    const bytes = archive.subarray(at + BLOCK, at + BLOCK + Number.parseInt(size[1]!, 8));
    if (bytes.length !== Number.parseInt(size[1]!, 8)) return bad(`${path} is cut short`);
    const expected = header({ path, bytes });
    if (!expected.every((byte, i) => byte === block[i]))
      return bad(`the header of ${path} is not as this format writes it`);
    if (files.has(path)) return bad(`${path} is there twice`);
    files.set(path, bytes);
    const end = at + BLOCK + bytes.length;
    const filler = archive.subarray(end, end + padding(bytes.length));
    if (filler.length !== padding(bytes.length) || sumOf(filler) !== 0) return bad(`${path} is not filled with zeros`);
    at = end + filler.length;
  }
  if (sumOf(blockAt(at + BLOCK)) !== 0 || archive.length !== at + 2 * BLOCK) return bad('bytes after the end');
  return files;
}

function textOf(field: Uint8Array): string | null {
  const end = field.indexOf(0);
  const text = fromUtf8(end < 0 ? field : field.subarray(0, end));
  return end < 0 || sumOf(field.subarray(end)) === 0 ? text : null;
}
