const swc = {
  module: { type: 'nodenext' },
  sourceMaps: 'inline',
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', tsx: false, decorators: true },
    transform: { legacyDecorator: true, useDefineForClassFields: false },
    keepClassNames: true,
  },
};

/** One Jest project per package: ES modules, sources of the other packages through their `@tidewaiter/source` export. */
export const jestConfig = (dir, extra = {}) => ({
  displayName: /(?:(?:libs|apps)\/)?[^/]+$/.exec(dir)[0],
  rootDir: dir,
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['@tidewaiter/source', 'node', 'node-addons'] },
  ...extra,
});
