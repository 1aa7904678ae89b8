import { showSession } from '@tidewaiter/contracts';
import { useEffect, useState } from 'react';
import { api, onSignInTooOld } from '../api/client.js';
import { readAgain } from '../api/queries.js';
import type { Session } from '../api/session.js';
import { Button } from '../ui/button.js';
import { Dialog } from '../ui/dialog.js';
import { i18n } from '../words/words.js';
import { announce } from './announce.js';
import { AGAIN_CHANNEL } from './signed-in-again.js';

/** An approval asks for a fresh sign-in: in another tab, so that this one keeps all that was typed. Nothing is approved by signing in. */
export default function FreshSignIn({ session }: { session: Session }) {
  const [open, setOpen] = useState(false);
  useEffect(() => onSignInTooOld(() => setOpen(true)), []);
  useEffect(() => {
    if (!open) return;
    const again = new BroadcastChannel(AGAIN_CHANNEL);
    again.onmessage = () =>
      void api.call(showSession).then((now) => {
        // Somebody else has signed in: this tab is theirs now, from its beginning.
        if (now.subject !== session.subject || now.tenant !== session.tenant) return location.reload();
        void readAgain(showSession);
        setOpen(false);
        announce(i18n.t('You are signed in anew. Nothing was approved yet: press again.'));
      });
    return () => again.close();
  }, [open, session]);
  const query = new URLSearchParams({ to: '/signed-in-again', as: session.subject });
  return (
    <Dialog title={i18n.t('Approvals ask for a fresh sign-in')} open={open} onClose={() => setOpen(false)} alert>
      <p>
        {i18n.t(
          'Your sign-in is older than five minutes. Sign in again in a new tab: what stands here stays as it is, and nothing was approved.',
        )}
      </p>
      <div className="buttons">
        <a
          className="button"
          data-kind="primary"
          href={`/sign-in/begin?${query.toString()}`}
          target="_blank"
          rel="opener"
        >
          {i18n.t('Sign in again')}
        </a>
        <Button onPress={() => setOpen(false)}>{i18n.t('Not now')}</Button>
      </div>
    </Dialog>
  );
}
