import { issuePartnerKey, KEY_SCOPES, listPartnerKeys, revokePartnerKey, type KeyScope } from '@tidewaiter/contracts';
import { useRef, useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { announce } from '../app/announce.js';
import { newSecret, type Secret } from '../app/new-secret.js';
import { Copies, Panel, Source } from '../shipment/parts.js';
import { Button, EmptyState, fieldProblems, Instant, ProblemSummary, StatusMark, TextField } from '../ui/index.js';
import { useMayNot } from './may-not.js';
import { SecretOnce } from './secret-once.js';
import { refusal } from './words.js';

const SAYS: Record<KeyScope, string> = {
  'events:read': 'Follow the live feed of events',
  'deliveries:read': 'Look at endpoints and deliveries',
};

/** Keys of programs: what each opens, until when, and when it was used last. */
export default function Keys() {
  const keys = useRoute(listPartnerKeys, {}, { refetchInterval: 30_000 });
  const because = useMayNot();
  return (
    <div className="stack">
      <Source query={keys} what="the keys" who="The partners’ service" height={160}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title="No key yet">
              A key lets a program of yours read without a person who signs in.
            </EmptyState>
          ) : (
            <Panel title="Keys" aside={<Copies path="/v1/partner-keys" />}>
              <div className="table-scroll" tabIndex={0} role="region" aria-label="Keys, scrolls">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">Key</th>
                      <th scope="col">For</th>
                      <th scope="col">Opens</th>
                      <th scope="col">Ends</th>
                      <th scope="col">Last used</th>
                      <th scope="col">Act</th>
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
                            <StatusMark state="idle">Revoked</StatusMark>
                          ) : Date.parse(until) <= Date.now() ? (
                            <StatusMark state="idle">
                              Over since <Instant at={until} />
                            </StatusMark>
                          ) : (
                            <Instant at={until} />
                          )}
                        </td>
                        <td>
                          {lastUsedAt === null ? <span className="soft">never</span> : <Instant at={lastUsedAt} />}
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
  const revoke = useChange(revokePartnerKey, { reads: [listPartnerKeys], onDone: () => announce('Revoked.') });
  return (
    <>
      <Button
        size="small"
        kind="danger"
        quietReason
        because={because}
        busy={revoke.isPending}
        label={`Revoke the key of ${name}`}
        onPress={() => revoke.mutate({ params: { keyId } })}
      >
        Revoke
      </Button>
      <ProblemSummary problems={refusal(revoke.error)} />
    </>
  );
}

const LABELS: Record<string, string> = { name: 'Name', until: 'Ends', scopes: 'Opens' };

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
    <Panel title="Make a key">
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
        <TextField id="Name" label="Name" hint="of the program that calls" value={name} onChange={setName} />
        <TextField
          id="Ends"
          label="Ends"
          hint="at most a year from now, 00:00 UTC"
          type="date"
          value={until}
          onChange={setUntil}
        />
        <fieldset id="Opens" className="stack-tight">
          <legend>Opens</legend>
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
            Make the key
          </Button>
        </div>
      </form>
      <SecretOnce
        title="Key, shown this once"
        secret={shown}
        says="Your program sends it as a bearer token."
        onClose={() => setShown(null)}
      />
    </Panel>
  );
}
