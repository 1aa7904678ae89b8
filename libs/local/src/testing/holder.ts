import { startServers } from '../servers.js';

// Holds the servers of the folder named first until it is killed: the runner that tests may kill. SERVERS (JSON) names those that are there.
const [home] = process.argv.slice(2);
if (!home) throw new Error('name a folder');
const { postgres, kafka, temporal } = await startServers({
  home,
  env: JSON.parse(process.env['SERVERS'] ?? '{}') as Record<string, string>,
});
console.log(JSON.stringify({ postgres, kafka, temporal }));
setInterval(() => undefined, 60_000);
