import { jestConfig } from './jest.preset.mjs';
import { readdirSync, existsSync } from 'node:fs';

const under = (group) => readdirSync(new URL(`./${group}/`, import.meta.url)).map((name) => `${group}/${name}`);

export default {
  projects: [...under('libs'), ...under('apps'), 'workflows', 'test']
    .filter((dir) => existsSync(new URL(`./${dir}/package.json`, import.meta.url)))
    .map((dir) => jestConfig(new URL(`./${dir}`, import.meta.url).pathname)),
  coverageProvider: 'v8',
  workerIdleMemoryLimit: '600MB',
};
