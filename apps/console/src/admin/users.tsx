import { Trans } from '@lingui/react';
import { listPeople, ROLES, type AnswerOf, type Role } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useRoute } from '../api/queries.js';
import { Panel, Source } from '../shipment/parts.js';
import { Instant, StatusMark } from '../ui/index.js';
import { i18n } from '../words/words.js';

type People = AnswerOf<typeof listPeople>;
type Conflict = People['conflicts'][number];

export default function Users() {
  const people = useRoute(listPeople);
  return (
    <Source query={people} what={i18n.t('who was here')} who={i18n.t('The desk')} height={320}>
      {(answer) => (
        <div className="stack">
          <p>
            <Trans
              id="Roles are granted at the OpenID provider, <0>{grantedBy}</0>, and arrive in its tokens: a change there counts here with the next token, within minutes. Nobody is made and no role is given on this page."
              values={{ grantedBy: answer.grantedBy }}
              components={{ 0: <code /> }}
            />
          </p>
          <Seen people={answer.people} />
          <div className="columns">
            <Panel title={i18n.t('What a role may do')}>
              <dl className="facts">
                {answer.roles.map(({ role, may }) => (
                  <div key={role} style={{ display: 'contents' }}>
                    <dt>{role}</dt>
                    <dd>{may}</dd>
                  </div>
                ))}
              </dl>
            </Panel>
            <BeforeGranting conflicts={answer.conflicts} />
          </div>
        </div>
      )}
    </Source>
  );
}

const Conflicts = ({ conflicts }: { conflicts: readonly Conflict[] }) =>
  conflicts.length === 0 ? (
    <StatusMark state="go">{i18n.t('none')}</StatusMark>
  ) : (
    <ul className="stack-tight">
      {conflicts.map(({ roles, because }) => (
        <li key={roles.join()}>
          <StatusMark state="late">
            <b>{roles.join(' and ')}</b>: {because}
          </StatusMark>
        </li>
      ))}
    </ul>
  );

function Seen({ people }: { people: People['people'] }) {
  const at = people.filter(({ conflicts }) => conflicts.length > 0).length;
  return (
    <Panel
      title={i18n.t('People')}
      aside={
        <StatusMark state={at === 0 ? 'go' : 'late'}>
          {at === 0
            ? i18n.t('No roles that do not go together')
            : i18n.t('{at} with roles that do not go together', { at })}
        </StatusMark>
      }
    >
      <div className="table-scroll" tabIndex={0} role="region" aria-label={i18n.t('People, scrolls')}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{i18n.t('Person')}</th>
              <th scope="col">{i18n.t('Roles')}</th>
              <th scope="col">{i18n.t('Conflicts')}</th>
              <th scope="col">{i18n.t('These roles since')}</th>
              <th scope="col">{i18n.t('Last seen')}</th>
            </tr>
          </thead>
          <tbody>
            {people.map(({ subject, name, roles, conflicts, rolesSince, lastSeen }) => (
              <tr key={subject}>
                <th scope="row">
                  {name} <div className="label">{subject}</div>
                </th>
                <td>{roles.join(', ') || <span className="soft">{i18n.t('none of ours')}</span>}</td>
                <td>
                  <Conflicts conflicts={conflicts} />
                </td>
                <td>
                  <Instant at={rolesSince} />
                </td>
                <td>
                  <Instant at={lastSeen} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="label">{i18n.t('Known here is who has come at least once; last seen to the minute.')}</p>
    </Panel>
  );
}

/** Names what does not go together before somebody grants it. */
function BeforeGranting({ conflicts }: { conflicts: readonly Conflict[] }) {
  const [chosen, setChosen] = useState<readonly Role[]>([]);
  const toggle = (role: Role): void =>
    setChosen(chosen.includes(role) ? chosen.filter((each) => each !== role) : [...chosen, role]);
  return (
    <Panel title={i18n.t('Before you grant')}>
      <fieldset className="party">
        <legend>{i18n.t('Roles of one person')}</legend>
        <div className="chips">
          {ROLES.map((role) => (
            <label key={role} className="chip">
              <input type="checkbox" checked={chosen.includes(role)} onChange={() => toggle(role)} /> {role}
            </label>
          ))}
        </div>
      </fieldset>
      <div role="status">
        {chosen.length < 2 ? (
          <span className="soft">{i18n.t('Choose two or more.')}</span>
        ) : (
          <Conflicts conflicts={conflicts.filter(({ roles }) => roles.every((role) => chosen.includes(role)))} />
        )}
      </div>
    </Panel>
  );
}
