import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** Reads a file of `infra/`, at the same depth from the sources and from the build. */
export const readInfra = (file: string): unknown =>
  parse(readFileSync(new URL(`../../../infra/${file}`, import.meta.url), 'utf8'));
