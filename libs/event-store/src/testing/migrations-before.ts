import { cp, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A folder with a context's migrations as they were before one of them: to see that one move rows that are there. */
export async function migrationsBefore(folder: URL, first: string): Promise<URL> {
  const before = await mkdtemp(join(tmpdir(), 'migrations-'));
  for (const name of await readdir(folder)) {
    if (name < first) await cp(join(fileURLToPath(folder), name), join(before, name));
  }
  return pathToFileURL(`${before}/`);
}
