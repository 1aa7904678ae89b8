export { Issuer, type TokenChanges } from './issuer.js';
export { TestHouse } from './test-house.js';
