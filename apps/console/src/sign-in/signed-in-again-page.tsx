import { useEffect } from 'react';
import { AGAIN_CHANNEL } from '../app/signed-in-again.js';
import { Page } from '../ui/page.js';
import { i18n } from '../words/words.js';

/** Where a sign-in in a tab of its own ends: the tab that asked for it goes on. */
export default function SignedInAgainPage() {
  useEffect(() => {
    const again = new BroadcastChannel(AGAIN_CHANNEL);
    again.postMessage(i18n.t('signed in'));
    again.close();
    window.close();
  }, []);
  return (
    <Page title={i18n.t('Signed in again')} wide={false}>
      <p>{i18n.t('You can close this tab: the one that you came from goes on where it was.')}</p>
    </Page>
  );
}
