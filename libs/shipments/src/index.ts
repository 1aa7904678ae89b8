export { BoardRebuild } from './application/board.js';
export { ShipmentsModule } from './shipments.module.js';
