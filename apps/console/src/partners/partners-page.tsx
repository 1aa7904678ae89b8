import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import { useSteps } from '../shipment/go.js';
import { NotFound, Page, Part, Tabs } from '../ui/index.js';
import { i18n } from '../words/words.js';
import '../shipment/shipment.css';
import '../audit/audit.css';

const PARTS: readonly [part: string, label: string, lead: string, page: LazyExoticComponent<ComponentType>][] = [
  [
    'endpoints',
    i18n.t('Endpoints'),
    i18n.t('Where events go as signed webhooks, in order for each shipment.'),
    lazy(() => import('./endpoints.js')),
  ],
  [
    'deliveries',
    i18n.t('Deliveries'),
    i18n.t(
      'What was and is to be sent. An event that does not get through holds back the later ones of its shipment, and no others.',
    ),
    lazy(() => import('./deliveries.js')),
  ],
  [
    'catalogue',
    i18n.t('Event catalogue'),
    i18n.t(
      'Every event has one type, one schema and one place in the stream, the same by REST, webhook and command line.',
    ),
    lazy(() => import('./catalogue.js')),
  ],
  [
    'keys',
    i18n.t('Keys'),
    i18n.t('What programs of yours call with, without a person who signs in.'),
    lazy(() => import('./keys.js')),
  ],
  [
    'signature',
    i18n.t('Check a signature'),
    i18n.t('Whether a webhook is from us and as it was sent, step by step; the secret stays in this page.'),
    lazy(() => import('./signature.js')),
  ],
  ['tail', i18n.t('Live tail'), i18n.t('The tenant’s events as they are recorded.'), lazy(() => import('./tail.js'))],
];

/** What a partner's integrator needs: endpoints and what is sent there, the types of events, and the stream itself, live. */
export default function PartnersPage() {
  const { part = '' } = useSteps<{ part?: string }>();
  const found = PARTS.find(([each]) => each === part);
  if (!found) return <NotFound />;
  const [, label, lead, Open] = found;
  return (
    <Page
      title={label}
      lead={lead}
      actions={
        <a className="button" href="/docs" target="_blank" rel="noreferrer">
          {i18n.t('API documentation')}
        </a>
      }
    >
      <PartnerTabs part={part} />
      <Part>
        <Open />
      </Part>
    </Page>
  );
}

export const PartnerTabs = ({ part }: { part?: string }) => (
  <Tabs
    label={i18n.t('Partners')}
    tabs={PARTS.map(([each, name]) => ({ to: `/partners/${each}`, name, isOpen: each === part }))}
  />
);
