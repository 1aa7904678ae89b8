import { measureAssessing } from './bench-assessing.js';

console.log(JSON.stringify(measureAssessing()));
