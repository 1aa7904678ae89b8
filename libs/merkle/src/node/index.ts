export * from './crypto.js';
export * from './durable-file.js';
export * from './signing-key.js';
