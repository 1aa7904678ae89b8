import { renewSession, showSession } from '@tidewaiter/contracts';
import { useEffect, useState } from 'react';
import { api, onSignedOut } from '../api/client.js';
import { readAgain } from '../api/queries.js';
import type { Session } from '../api/session.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { i18n } from '../words/words.js';

const WARN_MS = 120_000;

/** Says two minutes ahead that the session ends, and offers to stay; after its end, to sign in again without losing what is typed. */
export default function SessionGuard({ session }: { session: Session }) {
  const [phase, setPhase] = useState<'fine' | 'soon' | 'over'>('fine');
  const [failed, setFailed] = useState(false);
  const end = Date.parse(session.expiresAt);

  useEffect(() => {
    const left = end - Date.now();
    const timers = [
      setTimeout(() => setPhase((now) => (now === 'over' ? now : 'soon')), Math.max(0, left - WARN_MS)),
      setTimeout(() => setPhase('over'), Math.max(0, left)),
    ];
    return () => timers.forEach(clearTimeout);
  }, [end]);
  useEffect(() => onSignedOut(() => setPhase('over')), []);

  const stay = async (): Promise<void> => {
    try {
      await api.call(renewSession);
      await readAgain(showSession);
      setFailed(false);
      setPhase('fine');
    } catch {
      setFailed(true);
      setPhase('over');
    }
  };
  // Somebody who signed in again in another tab comes back to this one.
  useEffect(() => {
    if (phase !== 'over') return;
    const look = (): void =>
      void api.call(showSession).then(
        () => setPhase('fine'),
        () => undefined,
      );
    window.addEventListener('focus', look);
    return () => window.removeEventListener('focus', look);
  }, [phase]);

  return (
    <>
      <Dialog
        title={i18n.t('Your sign-in ends in two minutes')}
        open={phase === 'soon'}
        onClose={() => setPhase('fine')}
        alert
      >
        <p>{i18n.t('What you have typed stays in this tab either way.')}</p>
        <div className="buttons">
          <Button kind="primary" onPress={() => void stay()} autoFocus>
            {i18n.t('Stay signed in')}
          </Button>
          <Button onPress={() => setPhase('fine')}>{i18n.t('Not now')}</Button>
        </div>
      </Dialog>
      <Dialog title={i18n.t('Your sign-in has ended')} open={phase === 'over'} onClose={() => undefined} alert>
        <p>
          {i18n.t(
            '{failed, select, yes {It could not be renewed. } other {}}Nothing you typed is lost: sign in again in a new tab, then come back to this one.',
            { failed: failed ? 'yes' : 'no' },
          )}
        </p>
        <div className="buttons">
          <a className="button" data-kind="primary" href="/sign-in?to=/" target="_blank" rel="opener">
            {i18n.t('Sign in again')}
          </a>
          {!failed && <Button onPress={() => void stay()}>{i18n.t('Try to stay signed in')}</Button>}
        </div>
      </Dialog>
    </>
  );
}
