// Writes the offline verifier as one file that needs nothing but Node.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(`../apps/verify/${path}`, import.meta.url));

export async function writeVerifier() {
  await build({
    entryPoints: [at('dist/main.js')],
    outfile: at('dist/verify.mjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
    },
    legalComments: 'eof',
    logLevel: 'warning',
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeVerifier();
