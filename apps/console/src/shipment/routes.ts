import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { frameRoute } from '../frame.js';

const shipment = createRoute({
  getParentRoute: () => frameRoute,
  path: '/shipments/$shipmentId',
  component: lazyRouteComponent(() => import('./shipment-page.js')),
});

export const shipmentRoutes = [shipment] as const;
