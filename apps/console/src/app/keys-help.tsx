import { Trans } from '@lingui/react';
import { Dialog } from '../ui/dialog.js';
import { i18n } from '../words/words.js';
import { useBoundKeys, type KeyBinding } from './keys.js';
import { prefer, usePreferences } from './preferences.js';

const GROUPS: readonly KeyBinding['group'][] = ['Everywhere', 'Go', 'This page'];

/** All keys that answer here and now. */
export default function KeysHelp({ onClose }: { onClose: () => void }) {
  const bound = useBoundKeys();
  const { keys } = usePreferences();
  return (
    <Dialog title={i18n.t('Keys')} open onClose={onClose} wide>
      <div className="columns">
        {GROUPS.map((group) => {
          const these = bound.filter((each) => each.group === group);
          return these.length === 0 ? null : (
            <section key={group} className="stack-tight">
              <h3>{group}</h3>
              <dl className="facts">
                {these.map((each) => (
                  <div key={each.keys} style={{ display: 'contents' }}>
                    <dt>
                      {each.keys.split(' ').map((key, at) => (
                        <kbd key={at}>{key.replace('Mod+k', '⌘ K')}</kbd>
                      ))}
                    </dt>
                    <dd>{each.says}</dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
      </div>
      <label>
        <Trans
          id="<0/> Single letters answer (they never do inside fields, and never approve, send or pay)"
          components={{
            0: <input type="checkbox" checked={keys} onChange={(event) => prefer({ keys: event.target.checked })} />,
          }}
        />
      </label>
    </Dialog>
  );
}
