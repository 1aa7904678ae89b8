import { createHash, randomBytes } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Folder that keeps fetched servers, shared by all checkouts of one user. */
export const cacheFolder = (env = process.env) =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'tidewaiter');

const MANIFEST = 'manifest.json';

/** The folder of one fetched thing, or null when it is not there, not whole, or made from another recipe. */
export function cachedFolder(name, recipe, env = process.env) {
  const folder = join(cacheFolder(env), name);
  try {
    const { recipe: made, files } = JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8'));
    const whole = files.every(({ file, bytes }) => statSync(join(folder, file)).size === bytes);
    return made === digestOf(recipe) && whole ? folder : null;
  } catch {
    return null;
  }
}

/**
 * Fetches a thing once: `fill` works in a folder beside the final one, which then takes its name in one step, so that what has
 * the name is complete. Two checkouts that fetch at once do not disturb each other: the second finds the first one's.
 */
export async function fillCache(name, recipe, fill, env = process.env) {
  const there = cachedFolder(name, recipe, env);
  if (there) return there;
  const target = join(cacheFolder(env), name);
  mkdirSync(cacheFolder(env), { recursive: true });
  removeLeftovers(cacheFolder(env));
  const partial = `${target}.partial-${process.pid}-${randomBytes(4).toString('hex')}`;
  mkdirSync(partial);
  try {
    await fill(partial);
    const files = [];
    for (const file of readdirSync(partial).sort()) {
      if (!statSync(join(partial, file)).isFile()) continue;
      files.push({ file, bytes: statSync(join(partial, file)).size, sha256: await digestOfFile(join(partial, file)) });
    }
    writeFileSync(join(partial, MANIFEST), JSON.stringify({ recipe: digestOf(recipe), files }, null, 1));
    const byOther = cachedFolder(name, recipe, env);
    if (byOther) return byOther;
    rmSync(target, { recursive: true, force: true });
    renameSync(partial, target);
    return target;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Folders of runs that were killed while they fetched. */
function removeLeftovers(cache) {
  for (const name of readdirSync(cache)) {
    const pid = /\.partial-(\d+)-[0-9a-f]+$/.exec(name)?.[1];
    if (pid && !existsProcess(Number(pid))) rmSync(join(cache, name), { recursive: true, force: true });
  }
}

function existsProcess(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

export const digestOf = (text) => createHash('sha256').update(text).digest('hex');

async function digestOfFile(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

export const folderExists = (folder) => existsSync(folder) && statSync(folder).isDirectory();
