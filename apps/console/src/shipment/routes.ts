import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../frame.js';

const page = () => import('./shipment-page.js');
const numbers = (raw: Record<string, unknown>, ...names: string[]): Record<string, number> =>
  Object.fromEntries(names.flatMap((name) => (Number.isSafeInteger(raw[name]) ? [[name, raw[name] as number]] : [])));
const texts = (raw: Record<string, unknown>, ...names: string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (typeof raw[name] === 'string' ? [[name, raw[name]]] : [])));

/** The pages of one shipment: its story first, each part under an address of its own. */
export const shipmentRoutes = [
  createRoute({
    getParentRoute: () => frameRoute,
    path: '/shipments/$shipmentId',
    validateSearch: (raw) => ({ ...numbers(raw, 'n'), ...texts(raw, 'order', 'rank', 'q', 'context', 'actor', 'tz') }),
    component: lazyRouteComponent(page),
  }),
  createRoute({
    getParentRoute: () => frameRoute,
    path: '/shipments/$shipmentId/time',
    validateSearch: (raw) => ({ ...numbers(raw, 'from'), ...texts(raw, 'known', 'asof', 'to', 'tz') }),
    component: lazyRouteComponent(() => import('./time-machine.js')),
  }),
  createRoute({
    getParentRoute: () => frameRoute,
    path: '/shipments/$shipmentId/print',
    validateSearch: (raw) => texts(raw, 'known', 'tz'),
    component: lazyRouteComponent(() => import('./print.js')),
  }),
  createRoute({
    getParentRoute: () => frameRoute,
    path: '/shipments/$shipmentId/$tab',
    validateSearch: (raw) => ({ ...numbers(raw, 'assessment'), ...texts(raw, 'payment', 'field', 'tz') }),
    component: lazyRouteComponent(page),
  }),
];
