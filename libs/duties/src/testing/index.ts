export { benchTariffs, type TariffFigures } from './bench-tariffs.js';
