export * from './manifest.js';
export * from './tar.js';
export * from './verify-evidence.js';
