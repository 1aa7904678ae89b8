import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { failureConverterPath } from '@tidewaiter/platform';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** From source the entry is TypeScript, from the build it is JavaScript: whichever this process was started from. */
const entryOf = (): string => createRequire(import.meta.url).resolve('@tidewaiter/workflows');

/** Bundles the workflows for the isolate. The build keeps the result beside itself, since bundling takes seconds. */
export async function workflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  const entry = entryOf();
  const kept = new URL('../dist/workflow-bundle.js', import.meta.url);
  if (entry.endsWith('.js') && existsSync(kept)) return { code: await readFile(kept, 'utf8'), sourceMap: '' };
  return bundle(entry);
}

export const bundle = (entry: string = entryOf()): Promise<WorkflowBundleWithSourceMap> =>
  bundleWorkflowCode({
    workflowsPath: entry,
    failureConverterPath,
    logger: new DefaultLogger('WARN'),
    webpackConfigHook: (config) => {
      config.resolve = {
        ...config.resolve,
        ...(entry.endsWith('.ts') ? { conditionNames: ['@tidewaiter/source', '...'] } : {}),
        extensionAlias: { '.js': ['.ts', '.js'] },
      };
      return config;
    },
  });

/** Part of the build: writes the bundle of the built workflows. */
export async function keepBundle(): Promise<void> {
  const { code } = await bundle();
  await writeFile(new URL('../dist/workflow-bundle.js', import.meta.url), code);
}
