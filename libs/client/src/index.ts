export * from './client.js';
export * from './feed.js';
export * from './sse.js';
export * from './webhook-check.js';
