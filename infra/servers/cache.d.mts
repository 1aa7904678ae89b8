export function cacheFolder(env?: NodeJS.ProcessEnv): string;

export function digestOf(text: string): string;
