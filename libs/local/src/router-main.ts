import { createRouter } from './router.js';
import { RouteTable } from './routes.js';
import type { Service } from './settings.js';

const { PORT, ROUTER_SERVICES } = process.env;
if (!PORT || !ROUTER_SERVICES) {
  throw new Error(
    'PORT (where to listen) and ROUTER_SERVICES (JSON: service to base URL) are needed: the local runner sets them',
  );
}
const server = createRouter(RouteTable.ofInfra(), JSON.parse(ROUTER_SERVICES) as Record<Service, string>);
server.listen(Number(PORT), '127.0.0.1');
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
