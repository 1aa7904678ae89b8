import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = (root: string): string => join(root, 'test/fixtures/scenarios');

function filesIn(path: string): string[] {
  return readdirSync(path)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(path, name));
}

/** The three consignments of the main job. */
export const mainJob = (root: string): string[] => filesIn(join(folder(root), 'story'));

/** Every scenario that comes with the checkout, those of the main job first. */
export const ownScenarios = (root: string): string[] => [...mainJob(root), ...filesIn(folder(root))];

export const nameOf = (file: string): string => basename(file, '.yaml');
