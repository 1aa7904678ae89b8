import { DocumentsModule } from '@tidewaiter/documents';
import { runService } from '@tidewaiter/platform';

await runService('documents', [DocumentsModule]);
