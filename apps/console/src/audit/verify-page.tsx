import { Trans } from '@lingui/react';
import type { StepName } from '@tidewaiter/evidence/steps';
import { useEffect, useState, type DragEvent } from 'react';
import { BreakIt, StepsView } from '../proof/steps-view.js';
import { ask, readyVerifier, type Verdict } from '../proof/verifier.js';
import { Button, Page, TextField } from '../ui/index.js';
import { i18n } from '../words/words.js';
import '../app/layout.css';
import '../shipment/shipment.css';

/** Verifies an evidence file that somebody brings. Nobody has to be signed in, and the file does not leave this browser. */
export default function VerifyPage() {
  const [archive, setArchive] = useState<{ name: string; bytes: Uint8Array } | null>(null);
  const [key, setKey] = useState('');
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [spoilt, setSpoilt] = useState<StepName | null>(null);
  const [says, setSays] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  useEffect(() => void readyVerifier(), []);

  const prove = async (bytes: Uint8Array, spoil: StepName | null): Promise<void> => {
    setSpoilt(spoil);
    setSays(null);
    const pinned = key.trim() === '' ? {} : { key: key.trim() };
    try {
      setVerdict(await ask<'bundle'>({ kind: 'bundle', archive: bytes, pinned, ...(spoil === null ? {} : { spoil }) }));
    } catch (error) {
      setVerdict(null);
      setSays(error instanceof Error ? error.message : String(error));
    }
  };
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    setArchive({ name: file.name, bytes });
    await prove(bytes, null);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  return (
    <main id="main" className="main verify-alone" tabIndex={-1}>
      <a className="brand" href="/">
        Tidewaiter
      </a>
      <Page
        title={i18n.t('Verify evidence')}
        lead={i18n.t(
          'Drop an evidence file. It is checked here, step by step, in a worker of your browser; nothing of it is sent anywhere, and you need not sign in.',
        )}
        wide={false}
      >
        <div
          className="drop"
          data-over={over || undefined}
          onDragOver={(event) => (event.preventDefault(), setOver(true))}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <label className="field">
            <span className="field-label">{i18n.t('Evidence file')}</span>
            <span className="field-hint">{i18n.t('a .tar as Tidewaiter exports it')}</span>
            <input
              type="file"
              accept=".tar,application/x-tar"
              onChange={(event) => void take(event.target.files?.[0])}
            />
          </label>
          <TextField
            label={i18n.t('Key of the log, if you have it')}
            hint={i18n.t(
              'Without one the key in the file is used, which proves only that the file agrees with itself.',
            )}
            value={key}
            onChange={setKey}
          />
          {archive && (
            <div className="row">
              <Button kind="primary" onPress={() => void prove(archive.bytes, null)}>
                {i18n.t('Verify')}
              </Button>
              <BreakIt spoilt={spoilt} onBreak={(step) => void prove(archive.bytes, step)} />
              <span className="label">{archive.name}</span>
            </div>
          )}
        </div>
        {says !== null && (
          <p role="alert" className="notice" data-kind="bad">
            {says}
          </p>
        )}
        {verdict && <StepsView verdict={verdict} spoilt={spoilt} />}
        <p className="label">
          <Trans
            id="The same without any page: <0>node verify.mjs evidence.tar --key …</0>, one file with no dependency."
            components={{ 0: <code /> }}
          />
        </p>
      </Page>
    </main>
  );
}
