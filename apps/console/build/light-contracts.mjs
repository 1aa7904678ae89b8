import { fileURLToPath } from 'node:url';

const ID = '\0light-contracts';
const FIELDS = ['context', 'id', 'method', 'path', 'access', 'consumes', 'produces', 'idempotent', 'conditional'];

/**
 * The contracts as the browser needs them: each route's address and manners without its schemas, and the names. Types come from the real
 * package; the schema library and what is built with it stay out of the page. What has no light form is missing at build time.
 */
export function lightContracts() {
  return {
    name: 'light-contracts',
    enforce: 'pre',
    resolveId: (source) => (source === '@tidewaiter/contracts' ? ID : undefined),
    async load(id) {
      if (id !== ID) return undefined;
      const dist = new URL('../../../libs/contracts/dist/index.js', import.meta.url);
      this.addWatchFile(fileURLToPath(dist));
      const contracts = await import(dist.href);
      const routes = Object.entries(contracts)
        .filter(([, each]) => typeof each === 'object' && each?.method && each?.path)
        .map(([name, route]) => {
          const light = Object.fromEntries(FIELDS.map((field) => [field, route[field]]));
          return `export const ${name} = /*#__PURE__*/ Object.freeze(${JSON.stringify(light)});`;
        });
      return [`export * from '@tidewaiter/contracts/names';`, ...routes].join('\n');
    },
  };
}
