import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { auditRoutes } from './audit/routes.js';
import { frameRoute, homeRoute, rootRoute } from './frame.js';
import { shipmentRoutes } from './shipment/routes.js';
import { ErrorState, NotFound } from './ui/states.js';

const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (raw): { to?: string } => (typeof raw['to'] === 'string' ? { to: raw['to'] } : {}),
  component: lazyRouteComponent(() => import('./sign-in/sign-in-page.js')),
});
const style = createRoute({
  getParentRoute: () => frameRoute,
  path: '/style',
  component: lazyRouteComponent(() => import('./style/style-page.js')),
});

/** Every page is its own chunk: what a page does not need is not fetched before it is opened. */
export const routeTree = rootRoute.addChildren([
  signIn,
  frameRoute.addChildren([homeRoute, style, ...shipmentRoutes, ...auditRoutes]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingMs: 150,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: ({ error, reset }) => <ErrorState error={error} what="this page" onRetry={reset} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
