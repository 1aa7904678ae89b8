import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import { NotFound, Page, Part, Tabs } from '../ui/index.js';
import '../shipment/shipment.css';
import './audit.css';
import { Go, useSteps } from '../shipment/go.js';

const PARTS: readonly [part: string, label: string, lead: string, page: LazyExoticComponent<ComponentType>][] = [
  [
    '',
    'Overview',
    'One log of every event: what is in it, how far it is, and what is wrong with it.',
    lazy(() => import('./overview.js')),
  ],
  ['log', 'Log', 'Every event, byte for byte, newest first.', lazy(() => import('./log.js'))],
  [
    'checkpoints',
    'Checkpoints',
    'Signed heads of the log as they were published and cosigned.',
    lazy(() => import('./checkpoints.js')),
  ],
  ['evidence', 'Evidence', 'What was taken away, by whom and why; what was read.', lazy(() => import('./evidence.js'))],
  [
    'duties-separation',
    'Separation of duties',
    'Who prepared and who approved, act by act.',
    lazy(() => import('./duties-separation.js')),
  ],
  [
    'completeness',
    'Completeness',
    'Whether every stream is gapless, and the log has what the stores have.',
    lazy(() => import('./completeness.js')),
  ],
  [
    'retention',
    'Retention and holds',
    'What is kept until when, by which law; what is held.',
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
    <Page title={part === '' ? 'Audit' : label} lead={lead}>
      <Tabs
        label="Parts of the audit"
        tabs={PARTS.map(([each, name]) => ({
          to: each === '' ? '/audit' : `/audit/${each}`,
          name,
          isOpen: each === part,
        }))}
      >
        <Go className="tab" to="/audit/verify">
          Verify a file
        </Go>
      </Tabs>
      <Part>
        <Open />
      </Part>
    </Page>
  );
}
