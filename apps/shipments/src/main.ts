import { ShipmentsModule } from '@tidewaiter/shipments';
import { FrontModule, runService } from '@tidewaiter/platform';

await runService('shipments', [ShipmentsModule, FrontModule]);
