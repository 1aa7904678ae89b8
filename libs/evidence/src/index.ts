export * from './manifest.js';
export * from './paths.js';
export * from './tar.js';
export * from './verify-evidence.js';
