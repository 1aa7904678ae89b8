import { runService } from '@tidewaiter/platform';
import { WorkerModule } from './worker.module.js';

await runService('worker', [WorkerModule]);
