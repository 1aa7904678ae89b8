export * from './client.js';
export * from './feed.js';
