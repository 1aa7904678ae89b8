import { Trans } from '@lingui/react';
import { exportEvidence, showDossier, showShipment, type AnswerOf } from '@tidewaiter/contracts';
import type { StepName, ToProve } from '@tidewaiter/evidence/steps';
import { useEffect, useState } from 'react';
import { api } from '../api/client.js';
import { useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { fetchFromLog } from '../proof/from-log.js';
import { BreakIt, StepsView } from '../proof/steps-view.js';
import { ask, readyVerifier, type Verdict } from '../proof/verifier.js';
import { Button, ErrorState, LegalDate, StatusMark, TextField } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { useShipmentId } from './data.js';
import { Copies, Panel, Source, useOffline } from './parts.js';
import { saveBytes } from './save.js';
import { Go } from './go.js';

type Dossier = AnswerOf<typeof showDossier>;

/** Whether it can be proved: fetched once, checked here. */
export default function Proof() {
  const shipmentId = useShipmentId();
  const dossier = useRoute(showDossier, { params: { shipmentId } });
  const shipment = useRoute(showShipment, { params: { shipmentId } });
  return (
    <div className="stack">
      <Verify shipmentId={shipmentId} />
      <Source query={dossier} what={i18n.t('the dossier')} who={i18n.t('The audit store')} height={140}>
        {(answer) => <Sealed dossier={answer} country={shipment.data?.destination ?? ''} />}
      </Source>
      <Evidence shipmentId={shipmentId} />
    </div>
  );
}

function Verify({ shipmentId }: { shipmentId: string }) {
  const { tenant } = useSession();
  const offline = useOffline();
  const [fetched, setFetched] = useState<{ what: ToProve; size: number; uncovered: number } | null>(null);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [spoilt, setSpoilt] = useState<StepName | null>(null);
  const [own, setOwn] = useState<{ key?: string; earlier?: string }>({});
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState<'fetching' | 'proving' | null>(null);
  // The worker and what it is to prove are there before anybody presses: the hashing itself needs no network.
  useEffect(() => {
    readyVerifier();
    let wanted = true;
    setBusy('fetching');
    fetchFromLog(api, tenant, shipmentId, own).then(
      (answer) => wanted && (setFetched(answer), setError(null), setBusy(null)),
      (thrown: unknown) => wanted && (setError(thrown), setBusy(null)),
    );
    return () => {
      wanted = false;
    };
  }, [tenant, shipmentId, own]);

  const prove = async (spoil: StepName | null): Promise<void> => {
    if (!fetched) return;
    setBusy('proving');
    setSpoilt(spoil);
    try {
      setVerdict(await ask<'log'>({ kind: 'log', what: fetched.what, ...(spoil === null ? {} : { spoil }) }));
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(null);
    }
  };
  return (
    <Panel
      title={i18n.t('Verify here')}
      aside={
        fetched && (
          <span className="label">
            {i18n.t(
              '{count} events, tree of {size} leaves{some, select, yes {, {uncovered} not covered by a checkpoint yet} other {}}',
              {
                count: fetched.what.leaves.length,
                size: fetched.size,
                uncovered: fetched.uncovered,
                some: fetched.uncovered > 0 ? 'yes' : 'no',
              },
            )}
          </span>
        )
      }
    >
      <p>
        {i18n.t(
          'Events, tiles and the signed checkpoint are fetched from the log as files. A worker of this browser hashes and checks them; the server has no part in the answer to steps 1 to 6.',
        )}
      </p>
      {error !== null && <ErrorState error={error} what={i18n.t('the log')} onRetry={() => setOwn({ ...own })} />}
      <div className="row" aria-busy={busy !== null}>
        <Button
          kind="primary"
          busy={busy !== null}
          because={fetched ? undefined : (offline ?? i18n.t('What is to be proved is being fetched.'))}
          quietReason
          onPress={() => void prove(null)}
        >
          {i18n.t('Verify')}
        </Button>
        {verdict && <BreakIt spoilt={spoilt} onBreak={(step) => void prove(step)} />}
      </div>
      {verdict && <StepsView verdict={verdict} spoilt={spoilt} />}
      <details>
        <summary>{i18n.t('Bring your own key and checkpoint')}</summary>
        <OwnPins onUse={setOwn} />
      </details>
      {fetched && (
        <p className="row">
          <Button
            size="small"
            onPress={() => saveBytes(new TextEncoder().encode(fetched.what.checkpoint), `checkpoint-${fetched.size}`)}
          >
            {i18n.t('Keep this checkpoint')}
          </Button>
          <Button
            size="small"
            onPress={() => saveBytes(new TextEncoder().encode(`${fetched.what.key.text}\n`), 'log-key')}
          >
            {i18n.t('Keep this key')}
          </Button>
          <span className="label">{i18n.t('They are yours to keep: a file, not our storage.')}</span>
        </p>
      )}
      <Copies path={`/log/${tenant}/checkpoint`} command={`audit verify ${shipmentId}`} />
    </Panel>
  );
}

function OwnPins({ onUse }: { onUse: (own: { key?: string; earlier?: string }) => void }) {
  const [key, setKey] = useState('');
  const [earlier, setEarlier] = useState('');
  return (
    <div className="stack">
      <TextField
        label={i18n.t('Key of the log')}
        hint={i18n.t('as you got it, by another way than this page')}
        value={key}
        onChange={setKey}
      />
      <label className="field">
        <span className="field-label">{i18n.t('An older checkpoint of yours')}</span>
        <textarea className="input" rows={5} value={earlier} onChange={(event) => setEarlier(event.target.value)} />
      </label>
      <div>
        <Button
          onPress={() =>
            onUse({
              ...(key.trim() === '' ? {} : { key: key.trim() }),
              ...(earlier.trim() === '' ? {} : { earlier: `${earlier.trimEnd()}\n` }),
            })
          }
        >
          {i18n.t('Use these')}
        </Button>
      </div>
    </div>
  );
}

function Sealed({ dossier, country }: { dossier: Dossier; country: string }) {
  return (
    <Panel
      title={i18n.t('Dossier')}
      aside={
        dossier.sealed ? (
          <span className="stamp">{i18n.t('Sealed')}</span>
        ) : (
          <StatusMark state="wait">{i18n.t('Not sealed yet')}</StatusMark>
        )
      }
    >
      {dossier.erased && (
        <p className="notice" data-kind="good">
          {i18n.t('Persons were erased{unnamed, select, yes {} other { under {law}}}. The proof still verifies.', {
            law: dossier.law,
            unnamed: dossier.law === null ? 'yes' : 'no',
          })}
        </p>
      )}
      <dl className="facts">
        <dt>{i18n.t('Events in the log')}</dt>
        <dd>{dossier.events}</dd>
        {dossier.treeSize !== null && (
          <>
            <dt>{i18n.t('Sealed under a tree of')}</dt>
            <dd>{i18n.t('{treeSize} leaves', { treeSize: dossier.treeSize })}</dd>
          </>
        )}
        {dossier.rootHash !== null && (
          <>
            <dt>{i18n.t('Root')}</dt>
            <dd className="sums">{dossier.rootHash}</dd>
          </>
        )}
        {dossier.retainUntil !== null && (
          <>
            <dt>{i18n.t('Kept until')}</dt>
            <dd>
              <LegalDate date={dossier.retainUntil} country={country} />
              {dossier.law !== null && <span className="label"> {dossier.law}</span>}
            </dd>
          </>
        )}
        {dossier.hold !== null && (
          <>
            <dt>{i18n.t('Hold')}</dt>
            <dd>
              <StatusMark state="halt">{dossier.hold}</StatusMark>
            </dd>
          </>
        )}
      </dl>
    </Panel>
  );
}

/** One file that proves the shipment without this system. Taking it away is an event: who, and why. */
function Evidence({ shipmentId }: { shipmentId: string }) {
  const session = useSession();
  const offline = useOffline();
  const [reason, setReason] = useState('');
  const [state, setState] = useState<'idle' | 'busy' | 'done'>('idle');
  const [error, setError] = useState<unknown>(null);
  const take = async (): Promise<void> => {
    setState('busy');
    setError(null);
    try {
      const bytes = await api.bytes(exportEvidence, { shipmentId }, { query: { reason } });
      saveBytes(bytes, `evidence-${shipmentId}.tar`);
      setState('done');
    } catch (thrown) {
      setError(thrown);
      setState('idle');
    }
  };
  return (
    <Panel title={i18n.t('Evidence file')}>
      <p>
        <Trans
          id="Events, proofs, checkpoint and report in one archive. <0>Drop it on the verifier</0>, or check it without us: <1>node verify.mjs evidence-{shipmentId}….tar</1>"
          values={{ shipmentId: shipmentId.slice(0, 8) }}
          components={{ 0: <Go to="/audit/verify" />, 1: <code /> }}
        />
      </p>
      <TextField
        label={i18n.t('Why it is taken away')}
        hint={i18n.t('Recorded with your name.')}
        value={reason}
        onChange={setReason}
      />
      {error !== null && <ErrorState error={error} what={i18n.t('the evidence')} />}
      <div>
        <Button
          busy={state === 'busy'}
          because={
            !holds(session, 'auditor', 'compliance', 'administrator')
              ? i18n.t('Auditors, compliance and administrators take evidence away.')
              : reason.trim().length < 3
                ? i18n.t('Say why first.')
                : offline
          }
          onPress={() => void take()}
        >
          {i18n.t('Download evidence')}
        </Button>
        {state === 'done' && <StatusMark state="go">{i18n.t('Taken away and recorded')}</StatusMark>}
      </div>
    </Panel>
  );
}
