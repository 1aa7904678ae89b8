import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { frameRoute } from '../frame.js';

/** Positions are digits: the address reads them as numbers. */
const texts = (raw: Record<string, unknown>, ...names: string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) =>
      typeof raw[name] === 'string' || typeof raw[name] === 'number' ? [[name, String(raw[name])]] : [],
    ),
  );

/** The pages of a partner's integrator. */
export const partnerRoutes = [
  createRoute({
    getParentRoute: () => frameRoute,
    path: '/partners',
    beforeLoad: () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's own way to say it
      throw redirect({ to: '/partners/$part', params: { part: 'endpoints' } });
    },
  }),
  createRoute({
    getParentRoute: () => frameRoute,
    path: '/partners/$part',
    validateSearch: (raw) => texts(raw, 'endpoint', 'status', 'type', 'shipment', 'from', 'to', 'context', 'find'),
    component: lazyRouteComponent(() => import('./partners-page.js')),
  }),
  createRoute({
    getParentRoute: () => frameRoute,
    path: '/partners/endpoints/$endpointId',
    component: lazyRouteComponent(() => import('./endpoint-page.js')),
  }),
  createRoute({
    getParentRoute: () => frameRoute,
    path: '/partners/catalogue/$type',
    component: lazyRouteComponent(() => import('./event-type-page.js')),
  }),
  createRoute({
    getParentRoute: () => frameRoute,
    path: '/partners/deliveries/$deliveryId',
    component: lazyRouteComponent(() => import('./delivery-page.js')),
  }),
];
