import { DutiesModule } from '@tidewaiter/duties';
import { runService } from '@tidewaiter/platform';

await runService('duties', [DutiesModule]);
