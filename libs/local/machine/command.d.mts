export class CommandFailed extends Error {
  readonly lines: readonly string[];
}
export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  account?: { uid: number; gid: number };
  onLine?: (line: string) => void;
  keep?: number;
}
export function run(command: string, args: readonly string[], options?: RunOptions): Promise<string>;
export function findProgram(name: string, where?: { path?: string; also?: readonly string[] }): string | null;
