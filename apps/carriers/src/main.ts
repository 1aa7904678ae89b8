import { CarriersModule } from '@tidewaiter/carriers';
import { runService } from '@tidewaiter/platform';

await runService('carriers', [CarriersModule]);
