import type { Role } from '@tidewaiter/contracts';
import { lazy, Suspense, type ComponentType, type LazyExoticComponent } from 'react';
import { holds, useSession } from '../api/session.js';
import { Go, useSteps } from '../shipment/go.js';
import { NotFound, Page, Skeleton } from '../ui/index.js';
import '../shipment/shipment.css';

interface Part {
  part: string;
  label: string;
  lead: string;
  sees: readonly Role[];
  page: LazyExoticComponent<ComponentType>;
}

const PARTS: readonly Part[] = [
  {
    part: 'users',
    label: 'Users and roles',
    lead: 'Who was here, with which roles, and which of these one person must not have together.',
    sees: ['administrator', 'auditor'],
    page: lazy(() => import('./users.js')),
  },
  {
    part: 'keys',
    label: 'Keys',
    lead: 'Keys of parties outside: shown once, ended at once.',
    sees: ['administrator', 'auditor', 'compliance'],
    page: lazy(() => import('./keys.js')),
  },
  {
    part: 'retention',
    label: 'Retention and holds',
    lead: 'What is kept until when, by which law; a hold is lifted by a second person.',
    sees: ['administrator', 'auditor', 'compliance'],
    page: lazy(() => import('../audit/retention.js')),
  },
];

/** The house's own pages. Whoever may not see a part is told so by the server, and nothing of it is drawn. */
export default function AdminPage() {
  const { part } = useSteps<{ part?: string }>();
  const session = useSession();
  const first = PARTS.find(({ sees }) => holds(session, ...sees)) ?? PARTS[0];
  const found = part === undefined ? first : PARTS.find((each) => each.part === part);
  if (!found) return <NotFound />;
  const body = (
    <Suspense
      fallback={
        <div aria-busy="true">
          <Skeleton height={320} />
        </div>
      }
    >
      <found.page />
    </Suspense>
  );
  // Around a refusal there is no page.
  if (!holds(session, ...found.sees)) return body;
  return (
    <Page title={found.label} lead={found.lead}>
      <nav className="tabs" aria-label="Parts of Admin">
        {PARTS.filter(({ sees }) => holds(session, ...sees)).map((each) => (
          <Go
            key={each.part}
            className="tab"
            to={`/admin/${each.part}`}
            {...(each === found ? { 'aria-current': 'page' as const } : {})}
          >
            {each.label}
          </Go>
        ))}
      </nav>
      {body}
    </Page>
  );
}
