export * from './endpoint.events.js';
export * from './without-personal.js';
