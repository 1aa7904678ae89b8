export { Issuer, type TokenChanges } from './issuer.js';
