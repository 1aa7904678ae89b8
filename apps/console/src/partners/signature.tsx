import { useState } from 'react';
import { Panel } from '../shipment/parts.js';
import { CopyButton, Select } from '../ui/index.js';
import receive from './samples/receive.mjs?raw';
import send from './samples/send.sh?raw';
import verify from './samples/verify.py?raw';
import { SignaturePanel } from './signature-panel.js';

const SAMPLES = {
  node: { label: 'Node: a receiver that checks', text: receive },
  python: { label: 'Python: the check', text: verify },
  shell: { label: 'curl and openssl: sign and send a message to your receiver', text: send },
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
    <Panel title="The same in your program" aside={<CopyButton text={text} label="Copy the program" />}>
      <Select
        label="Program"
        value={name}
        onChange={(chosen) => setName(chosen as keyof typeof SAMPLES)}
        options={Object.entries(SAMPLES).map(([value, { label }]) => ({ value, label }))}
      />
      <pre className="table-scroll" tabIndex={0} aria-label="Program">
        {text}
      </pre>
      <p className="label">
        The scheme is that of Standard Webhooks 1.0.0: its libraries check our messages too. From a terminal:{' '}
        <code>npx tidewaiter partner check-signature body.json --headers headers.txt</code>, and{' '}
        <code>npx tidewaiter partner listen http://127.0.0.1:8080/</code> hands live events to a receiver that you are
        writing.
      </p>
    </Panel>
  );
}
