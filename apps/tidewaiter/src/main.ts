import { runService } from '@tidewaiter/platform';
import { migrate } from './migrate.js';
import { ALL_MODULES } from './modules.js';

if (process.argv[2] === 'migrate') {
  await migrate();
} else {
  await runService('tidewaiter', ALL_MODULES);
}
