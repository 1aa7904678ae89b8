// The start script obtains servers before any package is installed: that code is plain JavaScript, with its types beside it.
export { cacheFolder } from '../machine/cache.mjs';
export { CommandFailed, findProgram, run } from '../machine/command.mjs';
export {
  locateKafka,
  locateTemporal,
  locateTestServer,
  obtainKafka,
  obtainTemporal,
  obtainTestServer,
} from '../machine/obtain.mjs';
