export function cacheFolder(env?: NodeJS.ProcessEnv): string;
export function cachedFolder(name: string, recipe: string, env?: NodeJS.ProcessEnv): string | null;
export function fillCache(
  name: string,
  recipe: string,
  fill: (into: string) => Promise<void>,
  env?: NodeJS.ProcessEnv,
): Promise<string>;
export function digestOf(text: string): string;
export function folderExists(folder: string): boolean;
