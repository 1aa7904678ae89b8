// Whether the catalogue holds the words of the sources, no more and no less: exit 1 and what differs, if not.
import { getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';

const cwd = new URL('..', import.meta.url).pathname;
const [catalogue] = await getCatalogs(getConfig({ cwd, configPath: `${cwd}lingui.config.mjs` }));
const [said, listed] = (await Promise.all([catalogue.collect(), catalogue.read('en')])).map(
  (messages) => new Set(Object.keys(messages ?? {})),
);
const differences = [
  ...[...said].filter((message) => !listed.has(message)).map((message) => `not in the catalogue: ${message}`),
  ...[...listed].filter((message) => !said.has(message)).map((message) => `said nowhere: ${message}`),
];
if (said.size === 0) differences.push('no word was found in the sources');
for (const difference of differences) console.error(difference);
if (differences.length > 0) {
  console.error('To mend it: npm run words -w @tidewaiter/console');
  process.exit(1);
}
console.log(`${said.size} messages, all in the catalogue`);
process.exit(0);
