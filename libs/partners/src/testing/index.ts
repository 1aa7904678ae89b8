export { Receiver, signersOf, status, type Received } from './receiver.js';
