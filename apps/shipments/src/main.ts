import { ShipmentsModule } from '@tidewaiter/shipments';
import { runService } from '@tidewaiter/platform';

await runService('shipments', [ShipmentsModule]);
