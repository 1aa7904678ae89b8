import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const LARGE = 20 * 1024 * 1024;

/** Opens a program's log to append to; a large one of earlier runs is put aside first. */
export function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > LARGE) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}

/** The last lines of a log, oldest first; none when it is not there. */
export function lastLines(file: string, count = 15): string[] {
  if (!existsSync(file)) return [];
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const bytes = Buffer.alloc(Math.min(size, 64 * 1024));
    readSync(handle, bytes, 0, bytes.length, size - bytes.length);
    return bytes
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-count);
  } finally {
    closeSync(handle);
  }
}
