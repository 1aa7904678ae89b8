export { contrlOf } from './contrl.js';
export {
  at,
  type Fault,
  type Interchange,
  type Message,
  type Party,
  type Reading,
  type Segment,
} from './interchange.js';
export { DEFAULT_LIMITS, readInterchange, type EdifactLimits } from './read.js';
export { outOfOrder, structure, type Structure } from './structure.js';
export {
  CHARSETS,
  DEFAULT_UNA,
  outsideOf,
  printDecimal,
  readDecimal,
  type Charset,
  type ServiceCharacters,
} from './syntax.js';
export { printSegment, seg, writeInterchange, type Envelope, type Written, type WrittenMessage } from './write.js';
