import { AuditModule } from '@tidewaiter/audit';
import { runService } from '@tidewaiter/platform';

await runService('audit', [AuditModule]);
