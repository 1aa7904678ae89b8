export { benchBuilding, type BuildingFigures } from './bench-building.js';
