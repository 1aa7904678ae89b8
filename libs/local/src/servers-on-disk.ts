// The start script obtains servers before any package is installed, so that code is plain JavaScript in infra/servers.
export { cacheFolder } from '../../../infra/servers/cache.mjs';
export { CommandFailed, findProgram, run } from '../../../infra/servers/command.mjs';
export {
  locateKafka,
  locateTemporal,
  locateTestServer,
  obtainKafka,
  obtainTemporal,
  obtainTestServer,
} from '../../../infra/servers/obtain.mjs';
