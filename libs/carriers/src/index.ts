export { CarriersModule } from './carriers.module.js';
