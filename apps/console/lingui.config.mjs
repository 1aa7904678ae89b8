import { defineConfig } from '@lingui/cli';

/** English is the source: what the pages say is the key and the message. Pseudo-locales are made from it in the browser, when chosen. */
export default defineConfig({
  locales: ['en'],
  sourceLocale: 'en',
  catalogs: [
    { path: '<rootDir>/src/words/{locale}', include: ['<rootDir>/src'], exclude: ['**/*.spec.ts', '**/words/**'] },
  ],
  orderBy: 'message',
});
