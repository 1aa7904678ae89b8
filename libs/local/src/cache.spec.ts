import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFolder, cacheFolder, fillCache } from '../machine/cache.mjs';
import { temporaryHome } from './testing/folder.js';

describe('the cache of fetched servers', () => {
  let env: NodeJS.ProcessEnv;
  let remove: () => void;
  beforeEach(() => {
    const made = temporaryHome();
    env = { XDG_CACHE_HOME: made.home };
    remove = made.remove;
  });
  afterEach(() => remove());
  const write = (text: string) => async (into: string) => writeFileSync(join(into, 'a.jar'), text);
  const inCache = () => readdirSync(cacheFolder(env));

  it('fetches once', async () => {
    const first = await fillCache('kafka-1', 'recipe', write('jar'), env);
    const second = await fillCache('kafka-1', 'recipe', () => Promise.reject(new Error('fetched again')), env);
    expect(second).toBe(first);
    expect(inCache()).toEqual(['kafka-1']);
  });

  it('has nothing of a fetch that failed', async () => {
    await expect(fillCache('kafka-1', 'recipe', () => Promise.reject(new Error('no network')), env)).rejects.toThrow(
      'no network',
    );
    expect(cachedFolder('kafka-1', 'recipe', env)).toBeNull();
    expect(inCache()).toEqual([]);
  });

  it('fetches again what is cut off, and what another recipe made', async () => {
    const folder = await fillCache('kafka-1', 'recipe', write('jar'), env);
    writeFileSync(join(folder, 'a.jar'), 'j');
    expect(cachedFolder('kafka-1', 'recipe', env)).toBeNull();
    await fillCache('kafka-1', 'recipe', write('jar'), env);
    expect(cachedFolder('kafka-1', 'recipe', env)).toBe(folder);
    rmSync(join(folder, 'a.jar'));
    expect(cachedFolder('kafka-1', 'recipe', env)).toBeNull();
    await fillCache('kafka-1', 'other recipe', write('jar'), env);
    expect(cachedFolder('kafka-1', 'recipe', env)).toBeNull();
    expect(cachedFolder('kafka-1', 'other recipe', env)).toBe(folder);
  });

  it('lets two checkouts fetch the same at once', async () => {
    const [a, b] = await Promise.all(
      ['x', 'y'].map((text, i) => fillCache('kafka-1', 'recipe', write(text), { ...env, i: String(i) })),
    );
    expect(a).toBe(b);
    expect(cachedFolder('kafka-1', 'recipe', env)).toBe(a);
  });

  it('removes what a killed fetch left, and only that', async () => {
    mkdirSync(join(cacheFolder(env), `kafka-1.partial-${2 ** 30}-0a`), { recursive: true });
    mkdirSync(join(cacheFolder(env), `temporal-1.partial-${process.ppid}-0b`));
    await fillCache('kafka-1', 'recipe', write('jar'), env);
    expect(inCache().sort()).toEqual(['kafka-1', `temporal-1.partial-${process.ppid}-0b`]);
  });
});
