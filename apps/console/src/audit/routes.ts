import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute, rootRoute } from '../frame.js';

const texts = (raw: Record<string, unknown>, ...names: string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (typeof raw[name] === 'string' ? [[name, raw[name]]] : [])));

/** The auditor's pages; verifying a file needs nobody to be signed in, as nothing of it leaves the browser. */
export const auditRoutes = [
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/audit/verify',
    component: lazyRouteComponent(() => import('./verify-page.js')),
  }),
  createRoute({
    getParentRoute: () => frameRoute,
    path: '/audit',
    component: lazyRouteComponent(() => import('./audit-page.js')),
  }),
  createRoute({
    getParentRoute: () => frameRoute,
    path: '/audit/$part',
    validateSearch: (raw) => texts(raw, 'stream', 'subject', 'type', 'actor', 'from', 'to', 'tz'),
    component: lazyRouteComponent(() => import('./audit-page.js')),
  }),
];
