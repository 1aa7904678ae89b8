export { startServers, type Servers, type ServerOptions } from './servers.js';
