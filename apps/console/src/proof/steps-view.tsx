import { Trans } from '@lingui/react';
import { STEPS, type PathNode, type StepName, type StepReport } from '@tidewaiter/evidence/steps';
import { useEffect, useRef, useState } from 'react';
import { CopyButton, StatusMark, type State } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { ask, type Verdict } from './verifier.js';
import './proof.css';

const NAMES: Record<StepName, string> = {
  bytes: i18n.t('The bytes are those that were logged'),
  inclusion: i18n.t('Each is in the tree'),
  checkpoint: i18n.t('The root is signed by the log'),
  witnesses: i18n.t('Witnesses saw the same root'),
  consistency: i18n.t('The log only grew'),
  streams: i18n.t('No event is left out of a stream'),
};
/** Four claims that must not be mixed up. */
const CLAIMS: Record<StepName, string> = {
  bytes: i18n.t('in the log'),
  inclusion: i18n.t('in the log'),
  checkpoint: i18n.t('in the log'),
  witnesses: i18n.t('same for everybody'),
  consistency: i18n.t('only grew'),
  streams: i18n.t('nothing left out'),
};
const OUTCOMES: Record<StepReport['outcome'], State> = {
  passed: 'go',
  failed: 'late',
  'not-reached': 'idle',
  'not-checked': 'unknown',
};

export const MEANS: Record<Verdict['means'], string> = {
  webcrypto: i18n.t('Hashes and signatures by this browser’s WebCrypto.'),
  javascript: i18n.t(
    'This page has no WebCrypto (it did not come by https): its own small hash and Ed25519 took over.',
  ),
};

/** What the worker found: proven or not, and each step with what went in and what came out. */
export function StepsView({ verdict, spoilt }: { verdict: Verdict; spoilt: StepName | null }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [verdict]);
  const failed = verdict.steps.find(({ outcome }) => outcome === 'failed');
  const unchecked = verdict.steps.filter(({ outcome }) => outcome === 'not-checked');
  return (
    <section className="verdict" data-holds={verdict.holds} aria-label={i18n.t('Result')}>
      <header className="verdict-head">
        <h2 tabIndex={-1} ref={heading}>
          {verdict.holds ? i18n.t('Proven') : i18n.t('Not proven')}
        </h2>
        <p>
          {verdict.holds
            ? i18n.t('{events} events, {count} of {all} steps passed in {max} ms, in this browser.', {
                events: verdict.events,
                count: verdict.steps.filter(({ outcome }) => outcome === 'passed').length,
                all: STEPS.length,
                max: Math.max(1, Math.round(verdict.ms)),
              })
            : i18n.t('It fails at step {step}: {says}.', {
                step: STEPS.indexOf(failed!.step) + 1,
                says: failed!.says,
              })}{' '}
          {unchecked.length > 0 &&
            verdict.holds &&
            i18n.t('Not checked: {unchecked}.', {
              unchecked: unchecked.map(({ step }) => NAMES[step].toLowerCase()).join(', '),
            })}
        </p>
        {spoilt !== null && (
          <p className="flag">{i18n.t('One thing was spoilt in memory on purpose, to see what notices it.')}</p>
        )}
      </header>
      <ol className="steps">
        {verdict.steps.map((step, i) => (
          <Step key={step.step} step={step} n={i + 1} />
        ))}
        <li className="step" data-outcome="not-checked">
          <StatusMark state="unknown">
            <Trans
              id="<0>7</0> Replay gives the recorded state, and duty the same bytes again: the server’s word. The offline verifier repeats it."
              components={{ 0: <b /> }}
            />
          </StatusMark>
        </li>
      </ol>
      <PathOf verdict={verdict} />
      <p className="label">
        {i18n.t(
          '{means} Not checked: the truth of the documents. This page comes from the server under test: compare the key with one that you got another way, or verify offline.',
          { means: MEANS[verdict.means] },
        )}
      </p>
    </section>
  );
}

function Step({ step, n }: { step: StepReport; n: number }) {
  const [open, setOpen] = useState(step.outcome === 'failed');
  useEffect(() => setOpen(step.outcome === 'failed'), [step]);
  return (
    <li className="step" data-outcome={step.outcome}>
      <button type="button" className="step-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <StatusMark state={OUTCOMES[step.outcome]}>
          <b>{n}</b> {NAMES[step.step]} <span className="step-outcome">{step.outcome.replace('-', ' ')}</span>
        </StatusMark>
        <span className="label">{CLAIMS[step.step]}</span>
      </button>
      {step.outcome !== 'not-reached' && <p className="step-says">{step.says}</p>}
      {open && (
        <dl className="facts step-facts">
          <dt>{i18n.t('Formula')}</dt>
          <dd className="sums">{step.formula}</dd>
          {step.fault && (
            <>
              <dt>{i18n.t('Where')}</dt>
              <dd>
                <code>{step.fault.place}</code>
                {step.fault.index !== null && i18n.t(', leaf {index}', { index: step.fault.index })}
              </dd>
              {step.fault.expected !== null && (
                <>
                  <dt>{i18n.t('On record')}</dt>
                  <dd className="sums">{step.fault.expected}</dd>
                </>
              )}
              {step.fault.computed !== null && (
                <>
                  <dt>{i18n.t('Computed here')}</dt>
                  <dd className="sums">{step.fault.computed}</dd>
                </>
              )}
            </>
          )}
          {step.inputs.map(({ name, value }) => (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd className="sums">
                {value}
                {value.length > 40 && <CopyButton text={value} label={i18n.t('Copy {name}', { name })} />}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

/** One leaf on its way to the root, node by node. */
function PathOf({ verdict }: { verdict: Verdict }) {
  const [index, setIndex] = useState<number | null>(null);
  const [path, setPath] = useState<{ leaf: string; nodes: PathNode[] } | null>(null);
  if (verdict.leaves.length === 0) return null;
  return (
    <div className="stack-tight">
      <label className="field">
        <span className="field-label">{i18n.t('Follow one event to the root')}</span>
        <select
          className="input"
          value={index ?? ''}
          onChange={(event) => {
            const chosen = Number.parseInt(event.target.value, 10);
            setIndex(Number.isNaN(chosen) ? null : chosen);
            setPath(null);
            if (!Number.isNaN(chosen)) void ask<'path'>({ kind: 'path', index: chosen }).then(setPath);
          }}
        >
          <option value="">{i18n.t('choose a leaf')}</option>
          {verdict.leaves.map((leaf) => (
            <option key={leaf.index} value={leaf.index}>
              {i18n.t('leaf {index}, {bytes} bytes', { index: leaf.index, bytes: leaf.bytes })}
            </option>
          ))}
        </select>
      </label>
      {path && (
        <ol className="path sums" aria-label={i18n.t('From leaf {index} to the root', { index })}>
          <li>{i18n.t('leaf {leaf}', { leaf: path.leaf })}</li>
          {path.nodes.map(({ side, sibling, hash }, i) => (
            <li key={i}>
              <span className="soft">
                {side === 'left' ? `H(${sibling.slice(0, 8)}…, ·)` : `H(·, ${sibling.slice(0, 8)}…)`} ={' '}
              </span>
              {hash}
              {i === path.nodes.length - 1 && i18n.t(' = root')}
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** Spoils one thing in memory and proves again: what a step is good for shows when it fails. */
export function BreakIt({ onBreak, spoilt }: { onBreak: (step: StepName | null) => void; spoilt: StepName | null }) {
  const [step, setStep] = useState<StepName>('bytes');
  return (
    <div className="row" role="group" aria-label={i18n.t('Break it')}>
      <label>
        <span className="sr">{i18n.t('What to spoil')}</span>
        <select className="input" value={step} onChange={(event) => setStep(event.target.value as StepName)}>
          <option value="bytes">{i18n.t('flip a bit of an event')}</option>
          <option value="inclusion">{i18n.t('swap a hash of a path')}</option>
          <option value="checkpoint">{i18n.t('change the signature')}</option>
          <option value="witnesses">{i18n.t('change a cosignature')}</option>
          <option value="consistency">{i18n.t('swap a hash of the older tree')}</option>
          <option value="streams">{i18n.t('leave an event out')}</option>
        </select>
      </label>
      <button type="button" className="button" onClick={() => onBreak(step)}>
        {i18n.t('Break it')}
      </button>
      {spoilt !== null && (
        <button type="button" className="button" onClick={() => onBreak(null)}>
          {i18n.t('As it was')}
        </button>
      )}
    </div>
  );
}
