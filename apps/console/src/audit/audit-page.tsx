import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import { NotFound, Page, Part, Tabs } from '../ui/index.js';
import { i18n } from '../words/words.js';
import '../shipment/shipment.css';
import './audit.css';
import { Go, useSteps } from '../shipment/go.js';

const PARTS: readonly [part: string, label: string, lead: string, page: LazyExoticComponent<ComponentType>][] = [
  [
    '',
    i18n.t('Overview'),
    i18n.t('One log of every event: what is in it, how far it is, and what is wrong with it.'),
    lazy(() => import('./overview.js')),
  ],
  ['log', i18n.t('Log'), i18n.t('Every event, byte for byte, newest first.'), lazy(() => import('./log.js'))],
  [
    'checkpoints',
    i18n.t('Checkpoints'),
    i18n.t('Signed heads of the log as they were published and cosigned.'),
    lazy(() => import('./checkpoints.js')),
  ],
  [
    'evidence',
    i18n.t('Evidence'),
    i18n.t('What was taken away, by whom and why; what was read.'),
    lazy(() => import('./evidence.js')),
  ],
  [
    'duties-separation',
    i18n.t('Separation of duties'),
    i18n.t('Who prepared and who approved, act by act.'),
    lazy(() => import('./duties-separation.js')),
  ],
  [
    'completeness',
    i18n.t('Completeness'),
    i18n.t('Whether every stream is gapless, and the log has what the stores have.'),
    lazy(() => import('./completeness.js')),
  ],
  [
    'retention',
    i18n.t('Retention and holds'),
    i18n.t('What is kept until when, by which law; what is held.'),
    lazy(() => import('./retention.js')),
  ],
];

/** The auditor's pages: the log and what is proved from it. */
export default function AuditPage() {
  const { part = '' } = useSteps<{ part?: string }>();
  const found = PARTS.find(([each]) => each === part);
  if (!found) return <NotFound />;
  const [, label, lead, Open] = found;
  return (
    <Page title={part === '' ? i18n.t('Audit') : label} lead={lead}>
      <Tabs
        label={i18n.t('Parts of the audit')}
        tabs={PARTS.map(([each, name]) => ({
          to: each === '' ? '/audit' : `/audit/${each}`,
          name,
          isOpen: each === part,
        }))}
      >
        <Go className="tab" to="/audit/verify">
          {i18n.t('Verify a file')}
        </Go>
      </Tabs>
      <Part>
        <Open />
      </Part>
    </Page>
  );
}
