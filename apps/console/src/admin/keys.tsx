import { Trans } from '@lingui/react';
import { issueReaderKey, listReaders, revokeReaderKey } from '@tidewaiter/contracts';
import { useRef, useState } from 'react';
import { useChange, useRoute } from '../api/queries.js';
import { holds, useSession } from '../api/session.js';
import { Go } from '../shipment/go.js';
import { Panel, Source, useOffline } from '../shipment/parts.js';
import {
  Button,
  CopyButton,
  ErrorState,
  fieldProblems,
  Instant,
  ProblemSummary,
  StatusMark,
  TextField,
} from '../ui/index.js';
import { newSecret, type Secret } from '../app/new-secret.js';
import { i18n } from '../words/words.js';

/** Keys with which outside parties read the log. The keys of partners' programs are made where partners are. */
export default function Keys() {
  const readers = useRoute(listReaders);
  return (
    <Source query={readers} what={i18n.t('the keys')} who={i18n.t('The audit store')} height={240}>
      {({ items }) => (
        <div className="stack">
          <p>
            <Trans
              id="Here are keys that read this tenant’s log and nothing else. Partners’ programs have theirs under <0>Partners</0>; people sign in at the OpenID provider and have none."
              components={{ 0: <Go to="/partners" /> }}
            />
          </p>
          <NewKey />
          <Panel
            title={i18n.t('Readers of the log')}
            aside={<span className="label">{i18n.t('{count} in all', { count: items.length })}</span>}
          >
            {items.length === 0 ? (
              <p className="soft">{i18n.t('Nobody outside reads the log.')}</p>
            ) : (
              <div className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th scope="col">{i18n.t('Reader')}</th>
                      <th scope="col">{i18n.t('State')}</th>
                      <th scope="col">{i18n.t('Until')}</th>
                      <th scope="col">{i18n.t('Given by')}</th>
                      <th scope="col">
                        <span className="sr">{i18n.t('Acts')}</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {items.map((reader) => (
                      <Reader key={reader.readerId} {...reader} />
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </Panel>
        </div>
      )}
    </Source>
  );
}

const ONLY = i18n.t('Compliance and administrators give and end keys.');

interface ReaderProps {
  readerId: string;
  name: string;
  until: string;
  issuedBy: string;
  revoked: boolean;
}

function Reader({ readerId, name, until, issuedBy, revoked }: ReaderProps) {
  const session = useSession();
  const offline = useOffline();
  const revoke = useChange(revokeReaderKey, { reads: [listReaders] });
  const over = Date.parse(until) < Date.now();
  return (
    <tr>
      <th scope="row">
        {name} <div className="label mono">{readerId.slice(0, 8)}</div>
      </th>
      <td>
        <StatusMark state={revoked || over ? 'idle' : 'go'}>
          {revoked ? i18n.t('ended') : over ? i18n.t('run out') : i18n.t('reads')}
        </StatusMark>
      </td>
      <td>
        <Instant at={until} />
      </td>
      <td>{issuedBy}</td>
      <td>
        {!revoked && !over && (
          <Button
            size="small"
            kind="danger"
            label={i18n.t('End the key of {name}', { name })}
            busy={revoke.isPending}
            because={holds(session, 'compliance', 'administrator') ? offline : ONLY}
            onPress={() => revoke.mutate({ params: { readerId } })}
          >
            {i18n.t('End')}
          </Button>
        )}
        {revoke.isError && <ErrorState error={revoke.error} what={i18n.t('the end of the key')} />}
      </td>
    </tr>
  );
}

/** The secret is made in this browser; the server gets its digest alone and cannot show the key again. */
function NewKey() {
  const session = useSession();
  const offline = useOffline();
  const [name, setName] = useState('');
  const [until, setUntil] = useState('');
  const made = useRef<Secret | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const issue = useChange(issueReaderKey, {
    reads: [listReaders],
    onDone: ({ readerId, log }) => {
      setShown(`twr_${log}.${readerId}.${made.current!.secret}`);
      made.current = null;
      setName('');
      setUntil('');
    },
  });
  const problems = fieldProblems(issue.error, (pointer) => /(name|until)/.exec(pointer)?.[1]);
  const because = !holds(session, 'compliance', 'administrator')
    ? ONLY
    : (offline ??
      (name.trim().length < 3
        ? i18n.t('Name the reader first.')
        : until === ''
          ? i18n.t('Say until when it reads.')
          : undefined));
  return (
    <Panel title={i18n.t('A key for a reader of the log')}>
      <ProblemSummary problems={problems} />
      <div className="columns">
        <TextField
          id="name"
          label={i18n.t('Reader')}
          hint={i18n.t('who it is for, e.g. a customs auditor')}
          value={name}
          onChange={setName}
        />
        <TextField
          id="until"
          label={i18n.t('Until')}
          hint={i18n.t('end of the day, UTC; at most a year away')}
          type="date"
          value={until}
          onChange={setUntil}
        />
      </div>
      <Button
        because={because}
        busy={issue.isPending}
        onPress={() => {
          setShown(null);
          // A repeat after a cut is the same key: its secret is kept until it is answered.
          made.current ??= newSecret();
          const { digest } = made.current;
          issue.mutate({ body: { name: name.trim(), until: `${until}T23:59:59Z`, digest } });
        }}
      >
        {i18n.t('Make the key')}
      </Button>
      {shown !== null && (
        <div className="notice" role="status" data-kind="good">
          <p>
            {i18n.t(
              'Shown once: the server knows its digest alone. Hand it over on a way that only the reader has; it is gone when you leave this page.',
            )}
          </p>
          <p className="digest">
            <code>{shown}</code>
            <CopyButton text={shown} label={i18n.t('Copy the key')} />
          </p>
        </div>
      )}
    </Panel>
  );
}
