export { serverSetting, TestDatabase } from './servers.js';
