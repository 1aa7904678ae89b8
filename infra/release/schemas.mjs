// Records the event schemas of this release, and what it brought: CI refuses a later change that is not compatible with them.
import { readFile, writeFile } from 'node:fs/promises';
import { allEventSchemas, withChanges } from '../../libs/contracts/dist/index.js';

const fileOf = (name) => new URL(`../../libs/contracts/released/${name}`, import.meta.url);
const schemas = allEventSchemas();
const known = JSON.parse(await readFile(fileOf('event-changes.json'), 'utf8'));
const changes = withChanges(known, schemas, new Date().toISOString().slice(0, 10));
await writeFile(fileOf('event-schemas.json'), `${JSON.stringify(schemas, null, 1)}\n`);
await writeFile(fileOf('event-changes.json'), `${JSON.stringify(changes, null, 1)}\n`);
