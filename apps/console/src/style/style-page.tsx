import { Trans } from '@lingui/react';
import { prefer, usePreferences } from '../app/preferences.js';
import { useState } from 'react';
import {
  Button,
  DataGrid,
  Dialog,
  DigestChip,
  EmptyState,
  Instant,
  LegalDate,
  Money,
  Page,
  Skeleton,
  StatusMark,
  Strip,
  TextField,
  type State,
} from '../ui/index.js';
import { i18n, LANGUAGES, type Language } from '../words/words.js';

const STATES: readonly [State, string][] = [
  ['go', i18n.t('Released')],
  ['wait', i18n.t('With the authority')],
  ['act', i18n.t('Payment required')],
  ['late', i18n.t('Past its deadline')],
  ['halt', i18n.t('Seized')],
  ['idle', i18n.t('Not begun')],
  ['unknown', i18n.t('Outcome unknown')],
];
const COLOURS = [
  'ground',
  'sheet',
  'sunken',
  'edge',
  'rule',
  'ink',
  'ink-2',
  'ink-3',
  'accent',
  'go',
  'wait',
  'act',
  'late',
];
const SIZES = ['label', 'grid', 'text', 'lead', 'title', 'page'];

/** The visual language, drawn with the very components the pages use. */
export default function StylePage() {
  const { language } = usePreferences();
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [text, setText] = useState('8517 13 00 00');
  return (
    <Page
      title={i18n.t('Style guide')}
      lead={i18n.t('A ledger, not a dashboard: white sheets, one-pixel rules, tabular figures, one accent.')}
    >
      <section className="stack">
        <h2>{i18n.t('Strip')}</h2>
        <Strip
          waiting={<StatusMark state="act">{i18n.t('payment approver, since 13:40')}</StatusMark>}
          clock={
            <>
              ⚖ <LegalDate date="2026-12-01" country="GB" endOfDay />
            </>
          }
          money={
            <>
              <Trans id="now <0/>" components={{ 0: <Money value={{ amount: '282.66', currency: 'GBP' }} /> }} />
            </>
          }
          proof={i18n.t('31/31 in the log')}
        />
        <h2>{i18n.t('Status')}</h2>
        <p className="row">
          {STATES.map(([state, word]) => (
            <StatusMark key={state} state={state}>
              {word}
            </StatusMark>
          ))}
        </p>
        <h2>{i18n.t('Values')}</h2>
        <dl className="facts">
          <dt>{i18n.t('Money, digit for digit')}</dt>
          <dd>
            <Money value={{ amount: '12345678901234567.89', currency: 'GBP' }} />
          </dd>
          <dt>{i18n.t('Recorded instant')}</dt>
          <dd>
            <Instant at="2026-11-24T14:07:12.000418Z" seconds />
          </dd>
          <dt>{i18n.t('Legal date')}</dt>
          <dd>
            <LegalDate date="2026-11-27" country="GB" endOfDay />
          </dd>
          <dt>{i18n.t('Digest')}</dt>
          <dd>
            <DigestChip digest={`sha256:${'9f2c'.repeat(16)}`} />
          </dd>
        </dl>
        <h2>{i18n.t('Acts')}</h2>
        <div className="buttons">
          <Button kind="primary" onPress={() => setOpen(true)}>
            {i18n.t('Approve £282.66 to HMRC')}
          </Button>
          <Button>{i18n.t('Review')}</Button>
          <Button kind="quiet">{i18n.t('Why?')}</Button>
          <Button kind="danger">{i18n.t('Void approval')}</Button>
          <Button because={i18n.t('You prepared this payment: somebody else approves it.')}>{i18n.t('Approve')}</Button>
        </div>
        <Dialog title={i18n.t('A dialog')} open={open} onClose={() => setOpen(false)}>
          <p>{i18n.t('Dangerous acts have a review page of their own; a dialog is for what can be taken back.')}</p>
          <div className="buttons">
            <Button onPress={() => setOpen(false)}>{i18n.t('Close')}</Button>
          </div>
        </Dialog>
        <h2>{i18n.t('Fields')}</h2>
        <div className="columns">
          <TextField label={i18n.t('Commodity code')} hint={i18n.t('6 to 10 digits')} value={text} onChange={setText} />
          <TextField
            label={i18n.t('Net mass')}
            error={i18n.t('Give the net mass in kg, as 12.5')}
            value="12,5"
            onChange={() => undefined}
            id="style-mass"
          />
        </div>
        <h2>{i18n.t('Grid')}</h2>
        <DataGrid
          label={i18n.t('A thousand rows')}
          height="200px"
          rowCount={1000}
          rowAt={(index) => index}
          keyAt={(index) => index}
          active={active}
          onActive={setActive}
          columns={[
            {
              id: 'reference',
              header: i18n.t('Reference'),
              width: 140,
              cell: (row: number) => <span>S-{4000 + row}</span>,
            },
            {
              id: 'status',
              header: i18n.t('Status'),
              width: 220,
              cell: (row: number) => <StatusMark state={STATES[row % 7]![0]}>{STATES[row % 7]![1]}</StatusMark>,
            },
            {
              id: 'payable',
              header: i18n.t('Payable'),
              width: 140,
              end: true,
              cell: (row: number) => <Money value={{ amount: `${row}.50`, currency: 'GBP' }} />,
            },
            { id: 'rest', header: i18n.t('Note'), width: 160, cell: () => <span className="soft">—</span> },
          ]}
        />
        <h2>{i18n.t('States')}</h2>
        <div className="columns">
          <EmptyState title={i18n.t('Nothing waits for you')}>{i18n.t('Next clock: Fri 27 Nov, London.')}</EmptyState>
          <div className="sheet sheet-body">
            <Skeleton lines={4} />
          </div>
        </div>
        <h2>{i18n.t('Colour')}</h2>
        <ul className="columns">
          {COLOURS.map((name) => (
            <li key={name} className="row">
              <span
                style={{
                  inlineSize: 32,
                  blockSize: 32,
                  border: '1px solid var(--edge)',
                  background: `var(--${name})`,
                }}
              />
              <code>--{name}</code>
            </li>
          ))}
        </ul>
        <h2>{i18n.t('Type')}</h2>
        {SIZES.map((name) => (
          <p key={name} translate="no" style={{ font: `var(--${name})` }}>
            {`${name}: 24GB71X8WP6ARL5R17 · 1,173.78`}
          </p>
        ))}
        <h2>{i18n.t('Words')}</h2>
        <label className="row">
          {i18n.t('Language of the words')}
          <select
            className="input"
            value={language}
            onChange={(event) => {
              prefer({ language: event.target.value as Language });
              location.reload(); // words are read once, when the console starts
            }}
          >
            {Object.entries(LANGUAGES).map(([tag, { name }]) => (
              <option key={tag} value={tag} lang="en" translate="no">
                {name}
              </option>
            ))}
          </select>
        </label>
      </section>
    </Page>
  );
}
