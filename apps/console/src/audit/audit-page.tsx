import { showReconciliation } from '@tidewaiter/contracts';
import { useRoute } from '../api/queries.js';
import { ErrorState, Page, Skeleton } from '../ui/index.js';

/** The log and what is proved from it. */
export default function AuditPage() {
  const { data, error, refetch } = useRoute(showReconciliation);
  return (
    <Page title="Audit" lead="The log and what is proved from it.">
      {error && <ErrorState error={error} what="the state of the log" onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={88} />}
      {data && <pre className="sheet sheet-body table-scroll">{JSON.stringify(data, null, 2)}</pre>}
    </Page>
  );
}
