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

const STATES: readonly [State, string][] = [
  ['go', 'Released'],
  ['wait', 'With the authority'],
  ['act', 'Payment required'],
  ['late', 'Past its deadline'],
  ['halt', 'Seized'],
  ['idle', 'Not begun'],
  ['unknown', 'Outcome unknown'],
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
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [text, setText] = useState('8517 13 00 00');
  return (
    <Page
      title="Style guide"
      lead="A ledger, not a dashboard: white sheets, one-pixel rules, tabular figures, one accent."
    >
      <section className="stack">
        <h2>Strip</h2>
        <Strip
          waiting={<StatusMark state="act">payment approver, since 13:40</StatusMark>}
          clock={
            <>
              ⚖ <LegalDate date="2026-12-01" country="GB" endOfDay />
            </>
          }
          money={
            <>
              now <Money value={{ amount: '282.66', currency: 'GBP' }} />
            </>
          }
          proof="31/31 in the log"
        />
        <h2>Status</h2>
        <p className="row">
          {STATES.map(([state, word]) => (
            <StatusMark key={state} state={state}>
              {word}
            </StatusMark>
          ))}
        </p>
        <h2>Values</h2>
        <dl className="facts">
          <dt>Money, digit for digit</dt>
          <dd>
            <Money value={{ amount: '12345678901234567.89', currency: 'GBP' }} />
          </dd>
          <dt>Recorded instant</dt>
          <dd>
            <Instant at="2026-11-24T14:07:12.000418Z" seconds />
          </dd>
          <dt>Legal date</dt>
          <dd>
            <LegalDate date="2026-11-27" country="GB" endOfDay />
          </dd>
          <dt>Digest</dt>
          <dd>
            <DigestChip digest={`sha256:${'9f2c'.repeat(16)}`} />
          </dd>
        </dl>
        <h2>Acts</h2>
        <div className="buttons">
          <Button kind="primary" onPress={() => setOpen(true)}>
            Approve £282.66 to HMRC
          </Button>
          <Button>Review</Button>
          <Button kind="quiet">Why?</Button>
          <Button kind="danger">Void approval</Button>
          <Button because="You prepared this payment: somebody else approves it.">Approve</Button>
        </div>
        <Dialog title="A dialog" open={open} onClose={() => setOpen(false)}>
          <p>Dangerous acts have a review page of their own; a dialog is for what can be taken back.</p>
          <div className="buttons">
            <Button onPress={() => setOpen(false)}>Close</Button>
          </div>
        </Dialog>
        <h2>Fields</h2>
        <div className="columns">
          <TextField label="Commodity code" hint="6 to 10 digits" value={text} onChange={setText} />
          <TextField
            label="Net mass"
            error="Give the net mass in kg, as 12.5"
            value="12,5"
            onChange={() => undefined}
            id="style-mass"
          />
        </div>
        <h2>Grid</h2>
        <DataGrid
          label="A thousand rows"
          height="200px"
          rowCount={1000}
          rowAt={(index) => index}
          keyAt={(index) => index}
          active={active}
          onActive={setActive}
          columns={[
            { id: 'reference', header: 'Reference', width: 140, cell: (row: number) => <span>S-{4000 + row}</span> },
            {
              id: 'status',
              header: 'Status',
              width: 220,
              cell: (row: number) => <StatusMark state={STATES[row % 7]![0]}>{STATES[row % 7]![1]}</StatusMark>,
            },
            {
              id: 'payable',
              header: 'Payable',
              width: 140,
              end: true,
              cell: (row: number) => <Money value={{ amount: `${row}.50`, currency: 'GBP' }} />,
            },
            { id: 'rest', header: 'Note', width: 160, cell: () => <span className="soft">—</span> },
          ]}
        />
        <h2>States</h2>
        <div className="columns">
          <EmptyState title="Nothing waits for you">Next clock: Fri 27 Nov, London.</EmptyState>
          <div className="sheet sheet-body">
            <Skeleton lines={4} />
          </div>
        </div>
        <h2>Colour</h2>
        <ul className="columns">
          {COLOURS.map((name) => (
            <li key={name} className="row">
              <span
                style={{ inlineSize: 32, blockSize: 32, border: '1px solid var(--edge)', background: `var(--${name})` }}
              />
              <code>--{name}</code>
            </li>
          ))}
        </ul>
        <h2>Type</h2>
        {SIZES.map((name) => (
          <p key={name} style={{ font: `var(--${name})` }}>
            {name}: 24GB71X8WP6ARL5R17 · 1,173.78
          </p>
        ))}
      </section>
    </Page>
  );
}
