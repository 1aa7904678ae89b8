export { benchLog, benchVerify, type LogFigures, type VerifyFigures } from './bench-log.js';
