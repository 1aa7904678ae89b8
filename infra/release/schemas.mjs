// Records the event schemas of this release: CI refuses a later change that is not compatible with them.
import { writeFile } from 'node:fs/promises';
import { allEventSchemas } from '../../libs/contracts/dist/index.js';

const file = new URL('../../libs/contracts/released/event-schemas.json', import.meta.url);
await writeFile(file, `${JSON.stringify(allEventSchemas(), null, 1)}\n`);
