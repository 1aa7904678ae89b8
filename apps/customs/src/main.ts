import { CustomsModule } from '@tidewaiter/customs';
import { runService } from '@tidewaiter/platform';

await runService('customs', [CustomsModule]);
