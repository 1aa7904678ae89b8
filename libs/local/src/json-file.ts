import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The content of a JSON file; null when it is not there or cut off, as if it had never been written. */
export function readJson<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return null;
  }
}

/** Writes in one step: a reader sees the old text or the new one. Only the owner may read it. */
export function writeJson(file: string, value: unknown): void {
  const next = `${file}.${process.pid}.next`;
  writeFileSync(next, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(next, file);
}
