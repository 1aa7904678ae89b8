export const STORAGE = Symbol('STORAGE');
export const PIECES = Symbol('PIECES');
export const LIMITS = Symbol('LIMITS');
export const REQUIREMENT_ROWS = Symbol('REQUIREMENT_ROWS');

/** Bytes of one file, by what it is. */
export interface UploadLimits {
  file: number;
  /** XML, JSON and CSV are read whole */
  structured: number;
}
