import { ProblemError } from '@tidewaiter/client';
import { showSession } from '@tidewaiter/contracts';
import { createRootRoute, createRoute, Outlet, redirect } from '@tanstack/react-router';
import { i18n } from './words/words.js';
import { queryClient, routeQuery } from './api/queries.js';
import { landingOf } from './api/session.js';
import { Layout } from './app/layout.js';
import { ErrorState, NotFound } from './ui/states.js';

export const rootRoute = createRootRoute({
  component: Outlet,
  notFoundComponent: () => (
    <main id="main" className="main">
      <NotFound />
    </main>
  ),
  errorComponent: ({ error, reset }) => (
    <main id="main" className="main">
      <ErrorState error={error} what={i18n.t('this page')} onRetry={reset} />
    </main>
  ),
});

/** The frame around every page of somebody who is signed in: pages are its children. */
export const frameRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'frame',
  component: Layout,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData({ ...routeQuery(showSession), staleTime: 30_000 });
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401)
        redirect({ to: '/sign-in', search: { to: location.href }, throw: true });
      throw error;
    }
  },
});

export const homeRoute = createRoute({
  getParentRoute: () => frameRoute,
  path: '/',
  beforeLoad: async () => {
    const session = await queryClient.ensureQueryData(routeQuery(showSession));
    redirect({ to: landingOf(session), throw: true });
  },
});
