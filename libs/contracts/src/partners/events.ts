import type { EndpointEvent } from './endpoint.events.js';
import type { KeyEvent } from './key.events.js';

export * from './endpoint.events.js';
export * from './key.events.js';
export * from './without-personal.js';

export type PartnersEvent = EndpointEvent | KeyEvent;
