import { endSession, listToday } from '@tidewaiter/contracts';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { api } from '../api/client.js';
import { queryClient, useRoute } from '../api/queries.js';
import { worksOnShipments, useSession, type Session } from '../api/session.js';
import { useFeedPosition, useFeedState, useFeedStatus } from '../feed/feed.js';
import { startFeed } from '../feed/start.js';
import { formatInstant } from '../ui/time.js';
import { FEED_WORDS } from '../words/terms.js';
import { i18n } from '../words/words.js';
import { useAnnounced } from './announce.js';
import { useKeys } from './keys.js';
import { prefer, usePreferences, useZone } from './preferences.js';
import { GROUPS } from './places.js';
import './layout.css';

const Palette = lazy(() => import('../search/palette.js'));
const KeysHelp = lazy(() => import('./keys-help.js'));
const FreshSignIn = lazy(() => import('./fresh-sign-in.js'));
const SimulationRibbon = lazy(() => import('./simulation-ribbon.js'));
const SessionGuard = lazy(() => import('./session-guard.js'));

/** The frame of every page: it never waits for data of the page inside it. */
export function Layout() {
  const session = useSession();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const navigate = useNavigate();
  const path = useLocation({ select: ({ pathname }) => pathname });
  useEffect(() => startFeed(session), [session]);
  useKeys(
    useMemo(
      () => [
        { keys: 'Mod+k', says: i18n.t('Search and act'), group: 'Everywhere' as const, run: () => setPalette(true) },
        { keys: '/', says: i18n.t('Search'), group: 'Everywhere' as const, run: () => setPalette(true) },
        { keys: '?', says: i18n.t('All keys'), group: 'Everywhere' as const, run: () => setHelp(true) },
        {
          keys: 'y',
          says: i18n.t('Copy link to this view'),
          group: 'Everywhere' as const,
          run: () => void navigator.clipboard.writeText(location.href),
        },
        ...GROUPS.flatMap(({ places }) => places)
          .filter(({ sees }) => sees(session))
          .map(({ to, label, key }) => ({
            keys: `g ${key}`,
            says: label,
            group: 'Go' as const,
            run: () => void navigate({ to }),
          })),
      ],
      [navigate, session],
    ),
  );
  return (
    <>
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        {i18n.t('Skip to main content')}
      </a>
      <TopBar session={session} onSearch={() => setPalette(true)} onHelp={() => setHelp(true)} />
      <nav className="rail" aria-label={i18n.t('Pages')}>
        {GROUPS.map(({ name, places }) => {
          const seen = places.filter(({ sees }) => sees(session));
          return seen.length === 0 ? null : (
            <div key={name} className="rail-group">
              <span className="rail-name" id={`rail-${name}`}>
                {name}
              </span>
              <ul aria-labelledby={`rail-${name}`}>
                {seen.map(({ to, label }) => (
                  <li key={to}>
                    <Link
                      to={to}
                      className="rail-link"
                      {...(path.startsWith(to) ? { 'aria-current': 'page' as const } : {})}
                    >
                      {label}
                      {to === '/today' && <TodayCount session={session} />}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </nav>
      <Main session={session} />
      <Announcer />
      <Suspense>
        {palette && <Palette onClose={() => setPalette(false)} />}
        {help && <KeysHelp onClose={() => setHelp(false)} />}
        <SimulationRibbon session={session} />
        <SessionGuard session={session} />
        <FreshSignIn session={session} />
      </Suspense>
    </>
  );
}

function Main({ session }: { session: Session }) {
  const position = useFeedPosition();
  // The page is one element, whatever the position: it is not drawn again because the position moves.
  const page = useMemo(
    () => (
      <>
        <Suspense fallback={<div className="page" aria-busy="true" />}>
          <Outlet />
        </Suspense>
        {session.roles.includes('auditor') && (
          <footer className="foot label">{i18n.t('Read-only. Your views are recorded.')}</footer>
        )}
      </>
    ),
    [session],
  );
  return (
    <main id="main" tabIndex={-1} className="main" data-position={position}>
      {page}
    </main>
  );
}

function TodayCount({ session }: { session: Session }) {
  const { data } = useRoute(
    listToday,
    { query: { whose: 'mine' } },
    { enabled: worksOnShipments(session), staleTime: 60_000 },
  );
  return data && data.total > 0 ? <span className="rail-count">{data.total}</span> : null;
}

function Announcer() {
  const says = useAnnounced();
  return (
    <div role="status" aria-live="polite" className="toast">
      {says}
    </div>
  );
}

function FeedState() {
  const feed = useFeedState();
  const zone = useZone();
  const asOf = feed.asOf
    ? formatInstant(feed.asOf, { zone, day: false, seconds: true, locale: 'en-GB' })
    : i18n.t('never');
  const words = {
    connecting: FEED_WORDS.connecting,
    live: FEED_WORDS.live,
    paused: i18n.t('Paused, as of {asOf}', { asOf }),
    reconnecting: i18n.t('Reconnecting, as of {asOf}', { asOf }),
    offline: i18n.t('Offline, as of {asOf}', { asOf }),
  }[feed.state];
  return (
    <span className="feed" data-state={feed.state}>
      <span className="feed-dot" aria-hidden="true" />
      {/* Only what a reader has to know is spoken: not that all is well. */}
      <span role={feed.state === 'live' || feed.state === 'connecting' ? undefined : 'status'}>{words}</span>
      <button
        type="button"
        className="feed-button"
        onClick={() => (feed.state === 'paused' ? feed.resume() : feed.pause())}
      >
        {feed.state === 'paused' ? i18n.t('Resume') : i18n.t('Pause')}
        <span className="sr"> {i18n.t('live updates')}</span>
      </button>
    </span>
  );
}

function TopBar({ session, onSearch, onHelp }: { session: Session; onSearch: () => void; onHelp: () => void }) {
  const { theme } = usePreferences();
  const zone = useZone();
  const feed = useFeedStatus();
  const signOut = async (): Promise<void> => {
    await api.call(endSession);
    queryClient.clear();
    location.assign('/sign-in');
  };
  return (
    <header className="bar">
      <Link to="/" className="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="4" fill="currentColor" />
          <path
            d="M6 21c3.3 0 3.3-2 6.7-2s3.3 2 6.6 2 3.4-2 6.7-2M9 15h14M16 6v9"
            fill="none"
            stroke="var(--sheet)"
            strokeWidth="2.4"
            strokeLinecap="round"
          />
        </svg>
        Tidewaiter
      </Link>
      <span className="tenant" title={i18n.t('Tenant')}>
        {session.tenant}
      </span>
      <button type="button" className="search-button" onClick={onSearch}>
        <span>{i18n.t('Search reference, MRN, container, party')}</span>
        <kbd>⌘K</kbd>
      </button>
      <FeedState />
      <details className="account">
        <summary>{session.name || session.subject}</summary>
        <div className="account-menu">
          <p>
            <b>{session.name || session.subject}</b>
            <br />
            <span className="label">
              {session.roles.join(', ')} · {session.tenant}
            </span>
          </p>
          <label>
            {i18n.t('Look')}{' '}
            <select
              className="input"
              value={theme}
              onChange={(event) => prefer({ theme: event.target.value as typeof theme })}
            >
              <option value="system">{i18n.t('As the system')}</option>
              <option value="light">{i18n.t('Light')}</option>
              <option value="dark">{i18n.t('Dark')}</option>
            </select>
          </label>
          <p className="label">{i18n.t('Recorded times in {zone}', { zone })}</p>
          <button type="button" className="button" onClick={onHelp}>
            {i18n.t('Keys and help')}
          </button>
          <Link to="/style" className="button">
            {i18n.t('Style guide')}
          </Link>
          <button type="button" className="button" onClick={() => void signOut()}>
            {i18n.t('Sign out')}
          </button>
        </div>
      </details>
      {feed === 'offline' && (
        <div className="offline">
          {i18n.t(
            'No connection. What was shown stays readable; acts are off until it is back. What you type stays in this tab.',
          )}
        </div>
      )}
    </header>
  );
}
