export { DEFAULT_LIMITS, type XmlLimits } from './limits.js';
export { firstBadUtf8, type XmlEncoding } from './decode.js';
export { type ByteRange, type XmlAttribute, type XmlDocument, XmlElement } from './element.js';
export { readXml } from './read.js';
export { el, writeXml, type XmlContent, type XmlNode } from './write.js';
