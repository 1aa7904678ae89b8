import { Trans } from '@lingui/react';
import { useState } from 'react';
import { Panel } from '../shipment/parts.js';
import { CopyButton, Select } from '../ui/index.js';
import { i18n } from '../words/words.js';
import receive from './samples/receive.mjs?raw';
import send from './samples/send.sh?raw';
import verify from './samples/verify.py?raw';
import { SignaturePanel } from './signature-panel.js';

const SAMPLES = {
  node: { label: i18n.t('Node: a receiver that checks'), text: receive },
  python: { label: i18n.t('Python: the check'), text: verify },
  shell: { label: i18n.t('curl and openssl: sign and send a message to your receiver'), text: send },
} as const;

/** A webhook's signature checked here, and programs that check it elsewhere. */
export default function Signature() {
  return (
    <div className="stack">
      <SignaturePanel />
      <Samples />
    </div>
  );
}

function Samples() {
  const [name, setName] = useState<keyof typeof SAMPLES>('node');
  const { text } = SAMPLES[name];
  return (
    <Panel
      title={i18n.t('The same in your program')}
      aside={<CopyButton text={text} label={i18n.t('Copy the program')} />}
    >
      <Select
        label={i18n.t('Program')}
        value={name}
        onChange={(chosen) => setName(chosen as keyof typeof SAMPLES)}
        options={Object.entries(SAMPLES).map(([value, { label }]) => ({ value, label }))}
      />
      <pre className="table-scroll" tabIndex={0} aria-label={i18n.t('Program')}>
        {text}
      </pre>
      <p className="label">
        <Trans
          id="The scheme is that of Standard Webhooks 1.0.0: its libraries check our messages too. From a terminal: <0>npx tidewaiter partner check-signature body.json --headers headers.txt</0>, and <1>npx tidewaiter partner listen http://127.0.0.1:8080/</1> hands live events to a receiver that you are writing."
          components={{ 0: <code />, 1: <code /> }}
        />
      </p>
    </Panel>
  );
}
