import { Trans } from '@lingui/react';
import { issuePartnerKey, KEY_SCOPES, listPartnerKeys, revokePartnerKey, type KeyScope } from '@tidewaiter/contracts';
import { useRef, useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { announce } from '../app/announce.js';
import { newSecret, type Secret } from '../app/new-secret.js';
import { Copies, Panel, Source } from '../shipment/parts.js';
import { Button, EmptyState, fieldProblems, Instant, ProblemSummary, StatusMark, TextField } from '../ui/index.js';
import { i18n } from '../words/words.js';
import { useMayNot } from './may-not.js';
import { SecretOnce } from './secret-once.js';
import { refusal } from './words.js';

const SAYS: Record<KeyScope, string> = {
  'events:read': i18n.t('Follow the live feed of events'),
  'deliveries:read': i18n.t('Look at endpoints and deliveries'),
};

/** Keys of programs: what each opens, until when, and when it was used last. */
export default function Keys() {
  const keys = useRoute(listPartnerKeys, {}, { refetchInterval: 30_000 });
  const because = useMayNot();
  return (
    <div className="stack">
      <Source query={keys} what={i18n.t('the keys')} who={i18n.t('The partners’ service')} height={160}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={i18n.t('No key yet')}>
              {i18n.t('A key lets a program of yours read without a person who signs in.')}
            </EmptyState>
          ) : (
            <Panel title={i18n.t('Keys')} aside={<Copies path="/v1/partner-keys" />}>
              <div className="table-scroll" tabIndex={0} role="region" aria-label={i18n.t('Keys, scrolls')}>
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{i18n.t('Key')}</th>
                      <th scope="col">{i18n.t('For')}</th>
                      <th scope="col">{i18n.t('Opens')}</th>
                      <th scope="col">{i18n.t('Ends')}</th>
                      <th scope="col">{i18n.t('Last used')}</th>
                      <th scope="col">{i18n.t('Act')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map(({ keyId, prefix, name, scopes, until, lastUsedAt, revoked }) => (
                      <tr key={keyId}>
                        <th scope="row">
                          <code>{prefix}…</code>
                        </th>
                        <td>{name}</td>
                        <td>{scopes.join(', ')}</td>
                        <td>
                          {revoked ? (
                            <StatusMark state="idle">{i18n.t('Revoked')}</StatusMark>
                          ) : Date.parse(until) <= Date.now() ? (
                            <StatusMark state="idle">
                              <Trans id="Over since <0/>" components={{ 0: <Instant at={until} /> }} />
                            </StatusMark>
                          ) : (
                            <Instant at={until} />
                          )}
                        </td>
                        <td>
                          {lastUsedAt === null ? (
                            <span className="soft">{i18n.t('never')}</span>
                          ) : (
                            <Instant at={lastUsedAt} />
                          )}
                        </td>
                        <td>{!revoked && <Revoke keyId={keyId} name={name} because={because} />}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </Panel>
          )
        }
      </Source>
      <Issue because={because} />
    </div>
  );
}

function Revoke({ keyId, name, because }: { keyId: string; name: string; because: string | undefined }) {
  const revoke = useChange(revokePartnerKey, { reads: [listPartnerKeys], onDone: () => announce(i18n.t('Revoked.')) });
  return (
    <>
      <Button
        size="small"
        kind="danger"
        quietReason
        because={because}
        busy={revoke.isPending}
        label={i18n.t('Revoke the key of {name}', { name })}
        onPress={() => revoke.mutate({ params: { keyId } })}
      >
        {i18n.t('Revoke')}
      </Button>
      <ProblemSummary problems={refusal(revoke.error)} />
    </>
  );
}

const LABELS: Record<string, string> = { name: i18n.t('Name'), until: i18n.t('Ends'), scopes: i18n.t('Opens') };

function Issue({ because }: { because: string | undefined }) {
  const [name, setName] = useState('');
  const [until, setUntil] = useState('');
  const [scopes, setScopes] = useState<readonly KeyScope[]>(['events:read']);
  const [shown, setShown] = useState<string | null>(null);
  const made = useRef<Secret | null>(null);
  const issue = useChange(issuePartnerKey, {
    reads: [listPartnerKeys],
    onDone: ({ keyId, tenant }) => {
      setShown(`twk_${tenant}.${keyId}.${made.current!.secret}`);
      made.current = null;
      setName('');
    },
  });
  const send = (): void => {
    // A repeat after a cut is the same key: its secret is kept until it is answered.
    made.current ??= newSecret();
    const { digest } = made.current;
    issue.mutate({ body: { name, scopes: [...scopes], until: `${until}T00:00:00Z`, digest } });
  };
  return (
    <Panel title={i18n.t('Make a key')}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (because === undefined && !issue.isPending) send();
        }}
      >
        <ProblemSummary
          problems={fieldProblems(issue.error, (pointer) => LABELS[/(name|until|scopes)/.exec(pointer)?.[1] ?? ''])}
        />
        <TextField
          id="Name"
          label={i18n.t('Name')}
          hint={i18n.t('of the program that calls')}
          value={name}
          onChange={setName}
        />
        <TextField
          id="Ends"
          label={i18n.t('Ends')}
          hint={i18n.t('at most a year from now, 00:00 UTC')}
          type="date"
          value={until}
          onChange={setUntil}
        />
        <fieldset id="Opens" className="stack-tight">
          <legend>{i18n.t('Opens')}</legend>
          {KEY_SCOPES.map((scope) => (
            <label key={scope} className="row">
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={({ target }) =>
                  setScopes(target.checked ? [...scopes, scope] : scopes.filter((each) => each !== scope))
                }
              />
              {SAYS[scope]} <code>{scope}</code>
            </label>
          ))}
        </fieldset>
        <div className="buttons">
          <Button type="submit" kind="primary" because={because} busy={issue.isPending}>
            {i18n.t('Make the key')}
          </Button>
        </div>
      </form>
      <SecretOnce
        title={i18n.t('Key, shown this once')}
        secret={shown}
        says={i18n.t('Your program sends it as a bearer token.')}
        onClose={() => setShown(null)}
      />
    </Panel>
  );
}
