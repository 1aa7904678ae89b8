/** What a message may cost before it is refused; each is counted while reading, never taken from a header. */
export interface XmlLimits {
  /** bytes of the file */
  bytes: number;
  /** elements inside one another */
  depth: number;
  /** elements, attributes, texts, comments and processing instructions together */
  nodes: number;
  /** attributes of one element */
  attributes: number;
  /** character and predefined entity references: `&#65;`, `&amp;` */
  references: number;
}

export const DEFAULT_LIMITS: XmlLimits = {
  bytes: 10_000_000,
  depth: 50,
  nodes: 2_000_000,
  attributes: 1_000,
  references: 100_000,
};
