import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { lightContracts } from './build/light-contracts.mjs';

// Where the running platform answers, for `vite` as a development server: `API=http://127.0.0.1:8410 npx vite`.
const api = process.env.API;

export default defineConfig({
  plugins: [lightContracts(), lingui({ cwd: import.meta.dirname }), react()],
  resolve: { conditions: ['@tidewaiter/source', 'module', 'browser'] },
  worker: { format: 'es', plugins: () => [lightContracts()] },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0, // the content security policy takes nothing that is inlined
    modulePreload: { polyfill: false },
    sourcemap: false,
    manifest: true,
  },
  server: api
    ? {
        proxy: Object.fromEntries(
          ['/v1', '/sign-in/begin', '/signed-in', '/log', '/schemas', '/asyncapi.json'].map((path) => [
            path,
            { target: api },
          ]),
        ),
      }
    : undefined,
});
