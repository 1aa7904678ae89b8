import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

const CONTEXTS = ['shipments', 'documents', 'duties', 'customs', 'carriers', 'partners'];
const nodeBuiltins = { regex: '^node:', message: 'This package runs anywhere: no Node built-ins.' };

export default tseslint.config(
  { ignores: ['**/dist', '**/out-tsc', '**/node_modules', '.nx', '**/.tidewaiter*', '**/*.mjs', '**/*.cjs'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/require-await': 'off',
      '@nx/enforce-module-boundaries': [
        'error',
        {
          enforceBuildableLibDependency: false,
          allow: [],
          depConstraints: [
            { sourceTag: 'type:pure', onlyDependOnLibsWithTags: ['type:pure'] },
            { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['type:pure', 'type:adapter'] },
            { sourceTag: 'type:workflow', onlyDependOnLibsWithTags: ['type:pure'] },
            {
              sourceTag: 'type:context',
              onlyDependOnLibsWithTags: ['type:pure', 'type:adapter', 'type:context'],
            },
            {
              sourceTag: 'type:app',
              onlyDependOnLibsWithTags: ['type:pure', 'type:adapter', 'type:context', 'type:workflow', 'type:app'],
            },
            ...CONTEXTS.map((scope) => ({
              sourceTag: `scope:${scope}`,
              onlyDependOnLibsWithTags: ['scope:shared', `scope:${scope}`],
            })),
            {
              sourceTag: 'scope:audit',
              onlyDependOnLibsWithTags: ['scope:shared', 'scope:audit', ...CONTEXTS.map((scope) => `scope:${scope}`)],
            },
            { sourceTag: 'scope:shared', onlyDependOnLibsWithTags: ['scope:shared'] },
            { sourceTag: 'runs:anywhere', onlyDependOnLibsWithTags: ['runs:anywhere'] },
            { sourceTag: 'runs:isolate', onlyDependOnLibsWithTags: ['runs:anywhere'] },
            { sourceTag: 'runs:browser', onlyDependOnLibsWithTags: ['runs:anywhere'] },
          ],
        },
      ],
    },
  },
  {
    files: [
      'libs/{contracts,kernel,merkle,client}/src/**/*.ts',
      'workflows/src/**/*.ts',
      'apps/console/src/**/*.{ts,tsx}',
    ],
    ignores: ['**/*.spec.ts', '**/testing/**', 'libs/merkle/src/node/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [nodeBuiltins] }] },
  },
  {
    files: ['libs/*/src/domain/**/*.ts'],
    ignores: ['**/*.spec.ts', 'libs/audit/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            nodeBuiltins,
            { group: ['../application/*', '../http/*', '../postgres/*'], message: 'The domain is pure.' },
            { regex: '^@tidewaiter/(?!kernel|contracts)', message: 'The domain leans on kernel and contracts only.' },
            { regex: '^(pg|@nestjs/|@temporalio/|kafkajs)', message: 'The domain is pure.' },
          ],
        },
      ],
    },
  },
  {
    files: ['libs/audit/src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^@tidewaiter/(${CONTEXTS.join('|')})$`,
              message: 'Audit replays with the pure domain of a context: import @tidewaiter/<context>/domain.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['apps/simulators/src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^@tidewaiter/(${CONTEXTS.join('|')}|audit|platform|contracts|edifact)`,
              message: 'Two readings of the public formats must meet on the wire.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
    },
  },
  prettier,
);
