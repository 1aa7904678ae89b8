import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { auditRoutes } from './audit/routes.js';
import { boardSearch } from './board/search.js';
import { partnerRoutes } from './partners/routes.js';
import { frameRoute, homeRoute, rootRoute } from './frame.js';
import { shipmentRoutes } from './shipment/routes.js';
import { isWhose, type Whose } from './today/whose.js';
import { ErrorState, NotFound } from './ui/states.js';
import { i18n } from './words/words.js';

const signIn = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (raw): { to?: string } => (typeof raw['to'] === 'string' ? { to: raw['to'] } : {}),
  component: lazyRouteComponent(() => import('./sign-in/sign-in-page.js')),
});
const signedInAgain = createRoute({
  getParentRoute: () => frameRoute,
  path: '/signed-in-again',
  component: lazyRouteComponent(() => import('./sign-in/signed-in-again-page.js')),
});
const style = createRoute({
  getParentRoute: () => frameRoute,
  path: '/style',
  component: lazyRouteComponent(() => import('./style/style-page.js')),
});

const today = createRoute({
  getParentRoute: () => frameRoute,
  path: '/today',
  validateSearch: (raw): { whose?: Whose } => (isWhose(raw['whose']) ? { whose: raw['whose'] } : {}),
  component: lazyRouteComponent(() => import('./today/today-page.js')),
});
const board = createRoute({
  getParentRoute: () => frameRoute,
  path: '/board',
  validateSearch: boardSearch,
  component: lazyRouteComponent(() => import('./board/board-page.js')),
});

const newShipment = createRoute({
  getParentRoute: () => frameRoute,
  path: '/shipments/new',
  validateSearch: (raw): { engagement?: string } =>
    typeof raw['engagement'] === 'string' ? { engagement: raw['engagement'] } : {},
  component: lazyRouteComponent(() => import('./engagements/new-shipment-page.js')),
});
const engagements = createRoute({
  getParentRoute: () => frameRoute,
  path: '/engagements',
  component: lazyRouteComponent(() => import('./engagements/engagements-page.js')),
});
const engagement = createRoute({
  getParentRoute: () => frameRoute,
  path: '/engagements/$engagementId',
  component: lazyRouteComponent(() => import('./engagements/engagement-page.js')),
});
const guarantees = createRoute({
  getParentRoute: () => frameRoute,
  path: '/guarantees',
  component: lazyRouteComponent(() => import('./guarantees/guarantees-page.js')),
});
const guarantee = createRoute({
  getParentRoute: () => frameRoute,
  path: '/guarantees/$guaranteeId',
  component: lazyRouteComponent(() => import('./guarantees/guarantee-page.js')),
});
const calculator = createRoute({
  getParentRoute: () => frameRoute,
  path: '/calculator',
  component: lazyRouteComponent(() => import('./calculator/calculator-page.js')),
});

const health = createRoute({
  getParentRoute: () => frameRoute,
  path: '/health',
  component: lazyRouteComponent(() => import('./health/health-page.js')),
});

const admin = ['/admin', '/admin/$part'].map((path) =>
  createRoute({
    getParentRoute: () => frameRoute,
    path,
    component: lazyRouteComponent(() => import('./admin/admin-page.js')),
  }),
);

const screening = createRoute({
  getParentRoute: () => frameRoute,
  path: '/screening',
  component: lazyRouteComponent(() => import('./screening/screening-page.js')),
});
const textIn = (raw: Record<string, unknown>, ...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (typeof raw[name] === 'string' ? [[name, raw[name]]] : [])));
const rules = createRoute({
  getParentRoute: () => frameRoute,
  path: '/rules',
  validateSearch: (raw): { from?: string; to?: string; refused?: string } => textIn(raw, 'from', 'refused', 'to'),
  component: lazyRouteComponent(() => import('./rules/rules-page.js')),
});

/** Every page is its own chunk: what a page does not need is not fetched before it is opened. */
export const routeTree = rootRoute.addChildren([
  signIn,
  frameRoute.addChildren([
    homeRoute,
    today,
    board,
    newShipment,
    engagements,
    engagement,
    guarantees,
    guarantee,
    calculator,
    health,
    ...admin,
    screening,
    rules,
    style,
    signedInAgain,
    ...shipmentRoutes,
    ...auditRoutes,
    ...partnerRoutes,
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingMs: 150,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: ({ error, reset }) => <ErrorState error={error} what={i18n.t('this page')} onRetry={reset} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
