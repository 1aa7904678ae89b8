import { listPeople, ROLES, type AnswerOf, type Role } from '@tidewaiter/contracts';
import { useState } from 'react';
import { useRoute } from '../api/queries.js';
import { Panel, Source } from '../shipment/parts.js';
import { Instant, StatusMark } from '../ui/index.js';

type People = AnswerOf<typeof listPeople>;
type Conflict = People['conflicts'][number];

export default function Users() {
  const people = useRoute(listPeople);
  return (
    <Source query={people} what="who was here" who="The desk" height={320}>
      {(answer) => (
        <div className="stack">
          <p>
            Roles are granted at the OpenID provider, <code>{answer.grantedBy}</code>, and arrive in its tokens: a
            change there counts here with the next token, within minutes. Nobody is made and no role is given on this
            page.
          </p>
          <Seen people={answer.people} />
          <div className="columns">
            <Panel title="What a role may do">
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
    <StatusMark state="go">none</StatusMark>
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
      title="People"
      aside={
        <StatusMark state={at === 0 ? 'go' : 'late'}>
          {at === 0 ? 'No roles that do not go together' : `${at} with roles that do not go together`}
        </StatusMark>
      }
    >
      <div className="table-scroll" tabIndex={0} role="region" aria-label="People, scrolls">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Person</th>
              <th scope="col">Roles</th>
              <th scope="col">Conflicts</th>
              <th scope="col">These roles since</th>
              <th scope="col">Last seen</th>
            </tr>
          </thead>
          <tbody>
            {people.map(({ subject, name, roles, conflicts, rolesSince, lastSeen }) => (
              <tr key={subject}>
                <th scope="row">
                  {name} <div className="label">{subject}</div>
                </th>
                <td>{roles.join(', ') || <span className="soft">none of ours</span>}</td>
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
      <p className="label">Known here is who has come at least once; last seen to the minute.</p>
    </Panel>
  );
}

/** Names what does not go together before somebody grants it. */
function BeforeGranting({ conflicts }: { conflicts: readonly Conflict[] }) {
  const [chosen, setChosen] = useState<readonly Role[]>([]);
  const toggle = (role: Role): void =>
    setChosen(chosen.includes(role) ? chosen.filter((each) => each !== role) : [...chosen, role]);
  return (
    <Panel title="Before you grant">
      <fieldset className="party">
        <legend>Roles of one person</legend>
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
          <span className="soft">Choose two or more.</span>
        ) : (
          <Conflicts conflicts={conflicts.filter(({ roles }) => roles.every((role) => chosen.includes(role)))} />
        )}
      </div>
    </Panel>
  );
}
