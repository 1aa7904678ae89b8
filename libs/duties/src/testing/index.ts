export { benchAssessing, type AssessingFigures } from './bench-assessing.js';
export { benchTariffs, type TariffFigures } from './bench-tariffs.js';
export { benchLedger, type LedgerFigures } from './bench-ledger.js';
