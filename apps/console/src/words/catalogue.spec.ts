import { getCatalogs } from '@lingui/cli/api';
import { getConfig } from '@lingui/conf';
import { fileURLToPath } from 'node:url';

const console = fileURLToPath(new URL('../..', import.meta.url));

describe('the catalogue', () => {
  it('holds the words of the sources, no more and no less; else: npm run words -w @tidewaiter/console', async () => {
    const config = getConfig({ cwd: console, configPath: `${console}/lingui.config.mjs` });
    const [catalogue] = await getCatalogs(config);
    const inSources = Object.keys((await catalogue!.collect()) ?? {}).sort();
    const inCatalogue = Object.keys((await catalogue!.read('en')) ?? {}).sort();
    expect(inSources.length).toBeGreaterThan(0);
    expect(inCatalogue).toEqual(inSources);
  }, 60_000);
});
