import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** A program of the machine that did not do what it was asked; `lines` are the last that it said. */
export class CommandFailed extends Error {
  constructor(command, how, lines) {
    super(`${command} ${how}${lines.length ? `:\n${lines.map((line) => `  ${line}`).join('\n')}` : ''}`);
    this.name = 'CommandFailed';
    this.lines = lines;
  }
}

/**
 * Runs a program to its end, line by line; its output is not shown.
 *
 * @returns everything it wrote on stdout
 * @throws  CommandFailed when it cannot be started or ends with another code than 0
 */
export function run(command, args, { cwd, env = process.env, account, onLine = () => {}, keep = 20 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, ...account, stdio: ['ignore', 'pipe', 'pipe'] });
    const last = [];
    let out = '';
    const note = (line) => {
      const text = line.trimEnd();
      if (text === '') return;
      last.push(text);
      if (last.length > keep) last.shift();
      onLine(text);
    };
    child.stdout.on('data', (chunk) => (out += chunk));
    createInterface({ input: child.stdout }).on('line', note);
    createInterface({ input: child.stderr }).on('line', note);
    child.on('error', (error) =>
      reject(new CommandFailed(command, `cannot be started (${error.code ?? error.message})`, [])),
    );
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out);
      else
        reject(
          new CommandFailed(
            `${command} ${args[0] ?? ''}`.trim(),
            signal ? `was ended by ${signal}` : `ended with ${code}`,
            last,
          ),
        );
    });
  });
}

/** Full path of an executable in the PATH or in one of the `also` folders; null when there is none. */
export function findProgram(name, { path = process.env.PATH ?? '', also = [] } = {}) {
  for (const folder of [...path.split(delimiter).filter(Boolean), ...also]) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // not in this folder
    }
  }
  return null;
}
