import { listSignIns } from '@tidewaiter/contracts';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useRoute } from '../api/queries.js';
import { Button, ErrorState, Skeleton } from '../ui/index.js';
import { i18n } from '../words/words.js';
import './sign-in.css';

/** What each sample role shows best. */
const TRY: Record<string, string> = {
  operator: i18n.t('Open a shipment, correct a rejected declaration, watch it clear.'),
  approver: i18n.t('Approve a payment that somebody else prepared.'),
  compliance: i18n.t('Decide a screening hit; see who was told.'),
  auditor: i18n.t('Replay a shipment and prove it in this browser.'),
  partner: i18n.t('Subscribe to events and read the catalogue.'),
  administrator: i18n.t('Look after users, keys and the health of the house.'),
};
const ROLES = Object.keys(TRY);
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

const begin = (to: string, as?: string): void =>
  location.assign(`/sign-in/begin?${new URLSearchParams({ to, ...(as === undefined ? {} : { as }) }).toString()}`);

/** Signing in happens at the OpenID provider; the local one offers its sample people by role. */
export default function SignInPage() {
  const { to = '/' } = useSearch({ from: '/sign-in' });
  const { data, error, refetch } = useRoute(listSignIns, {}, { staleTime: 60_000 });
  const [chosen, choose] = useState('');
  const tenants = [...new Set(data?.samples.map(({ tenant }) => tenant))];
  const tenant = chosen || (tenants[0] ?? '');
  return (
    <main id="main" className="sign-in">
      <div className="stack">
        <h1>Tidewaiter</h1>
        <p className="page-lead">
          {i18n.t('Clear it, pay it, prove it: the importer of record’s desk, from engagement to archive.')}
        </p>
        {error && <ErrorState error={error} what={i18n.t('how to sign in')} onRetry={() => void refetch()} />}
        {!data && !error && <Skeleton height={76} lines={3} />}
        {data && data.samples.length === 0 && (
          <div className="buttons">
            <Button kind="primary" onPress={() => begin(to)}>
              {i18n.t('Sign in')}
            </Button>
          </div>
        )}
        {data && data.samples.length > 0 && (
          <>
            <div className="row between">
              <h2>{i18n.t('Choose who you want to be')}</h2>
              <label className="row">
                <span className="label">{i18n.t('Company')}</span>
                <select
                  className="input sign-in-tenant"
                  value={tenant}
                  onChange={(event) => choose(event.target.value)}
                >
                  {tenants.map((each) => (
                    <option key={each}>{each}</option>
                  ))}
                </select>
              </label>
            </div>
            <ul className="cards">
              {ROLES.map((role) => {
                const people = data.samples.filter((each) => each.role === role && each.tenant === tenant);
                return people.length === 0 ? null : (
                  <li key={role} className="card">
                    <Button kind="primary" onPress={() => begin(to, people[0]!.user)}>
                      {capital(role)}
                    </Button>
                    <p>{TRY[role]}</p>
                    <p className="label">
                      {people.map(({ user, name }, index) =>
                        index === 0 ? (
                          <span key={user}>{name}</span>
                        ) : (
                          <span key={user}>
                            {' '}
                            {i18n.t('or')}{' '}
                            <button type="button" className="link" onClick={() => begin(to, user)}>
                              {name}
                            </button>
                          </span>
                        ),
                      )}
                    </p>
                  </li>
                );
              })}
            </ul>
            <p className="label">
              {i18n.t(
                'These are sample people of the identity provider on this machine: no password, and never reachable from elsewhere.',
              )}
            </p>
          </>
        )}
      </div>
    </main>
  );
}
