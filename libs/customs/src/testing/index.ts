export { readProfiles } from '../authorities/profile.js';
export { declarationsProjection } from '../postgres/declarations.projection.js';
export { fileOne, type Filed } from './filed.js';
export { accepted, notificationXml, tax } from './notifications.js';
export { benchBuilding, type BuildingFigures } from './bench-building.js';
