import { PartnersModule } from '@tidewaiter/partners';
import { runService } from '@tidewaiter/platform';

await runService('partners', [PartnersModule]);
