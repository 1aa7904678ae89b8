import { measureBuilding } from './bench-building.js';

console.log(JSON.stringify(measureBuilding()));
