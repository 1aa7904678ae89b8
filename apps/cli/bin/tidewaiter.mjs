#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/main.js', import.meta.url);
if (!existsSync(built)) {
  console.error('Tidewaiter is not built yet. Run `npm start` once, or `npm run build`.');
  process.exit(1);
}
const { main } = await import(built.href);
process.exitCode = await main(process.argv);
