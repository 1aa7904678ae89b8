import type { Role } from '@tidewaiter/contracts';
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import { holds, useSession } from '../api/session.js';
import { useSteps } from '../shipment/go.js';
import { NotFound, Page, Part, Tabs } from '../ui/index.js';
import { i18n } from '../words/words.js';
import '../shipment/shipment.css';

interface AdminPart {
  part: string;
  label: string;
  lead: string;
  sees: readonly Role[];
  page: LazyExoticComponent<ComponentType>;
}

const PARTS: readonly AdminPart[] = [
  {
    part: 'users',
    label: i18n.t('Users and roles'),
    lead: i18n.t('Who was here, with which roles, and which of these one person must not have together.'),
    sees: ['administrator', 'auditor'],
    page: lazy(() => import('./users.js')),
  },
  {
    part: 'keys',
    label: i18n.t('Keys'),
    lead: i18n.t('Keys of parties outside: shown once, ended at once.'),
    sees: ['administrator', 'auditor', 'compliance'],
    page: lazy(() => import('./keys.js')),
  },
  {
    part: 'retention',
    label: i18n.t('Retention and holds'),
    lead: i18n.t('What is kept until when, by which law; a hold is lifted by a second person.'),
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
    <Part>
      <found.page />
    </Part>
  );
  // Around a refusal there is no page.
  if (!holds(session, ...found.sees)) return body;
  return (
    <Page title={found.label} lead={found.lead}>
      <Tabs
        label={i18n.t('Parts of Admin')}
        tabs={PARTS.filter(({ sees }) => holds(session, ...sees)).map((each) => ({
          to: `/admin/${each.part}`,
          name: each.label,
          isOpen: each === found,
        }))}
      />
      {body}
    </Page>
  );
}
