import { defineConfig } from '@lingui/cli';
import { formatter } from '@lingui/format-po';

/** English is the source: what the pages say is the key and the message. Pseudo-locales are made from it in the browser, when chosen. */
export default defineConfig({
  locales: ['en'],
  sourceLocale: 'en',
  catalogs: [
    { path: '<rootDir>/src/words/{locale}', include: ['<rootDir>/src'], exclude: ['**/*.spec.ts', '**/testing/**'] },
  ],
  orderBy: 'messageId',
  // Where a message stands changes with every line above it; the source is searched for that.
  format: formatter({ origins: false, lineNumbers: false, explicitIdAsDefault: true }),
});
