/** Where in a request, file or message the fault lies: a JSON pointer, XPath, row and column, or byte offset in words. */
export interface Place {
  pointer: string;
  reason: string;
}

export interface ErrorDetails {
  /** What the reader can do about it, one sentence. */
  advice?: string;
  places?: Place[];
  facts?: Record<string, string | number | boolean | null>;
}

/**
 * The closed family of errors. `code` is stable (`<context>.<thing>.<what-is-wrong>`) and is what callers compare:
 * errors cross processes, classes do not.
 */
export abstract class TidewaiterError extends Error {
  abstract readonly kind:
    'invalid' | 'refused' | 'wrong-state' | 'not-found' | 'conflict' | 'forbidden' | 'unavailable';

  constructor(
    readonly code: string,
    message: string,
    readonly details: ErrorDetails = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The input cannot be understood: 400, 413 or 422; never retried. `details.places` says where. */
export class Invalid extends TidewaiterError {
  readonly kind = 'invalid';
}

/** A rule says no: 422; never retried, logged as information. */
export class Refused extends TidewaiterError {
  readonly kind: 'refused' | 'wrong-state' = 'refused';
}

/** The right request at the wrong moment: 409. */
export class WrongState extends Refused {
  override readonly kind = 'wrong-state';
}

/** 404; another tenant's thing looks exactly like an unknown one. */
export class NotFound extends TidewaiterError {
  readonly kind = 'not-found';
}

/** Somebody wrote first: decide again (409, or 412 when the caller named a version). */
export class Conflict extends TidewaiterError {
  readonly kind = 'conflict';
}

/** The caller is known but may not do this: 403. */
export class Forbidden extends TidewaiterError {
  readonly kind = 'forbidden';
}

/** An outside party does not answer: retried with back-off, logged as a warning; 503. */
export class Unavailable extends TidewaiterError {
  readonly kind = 'unavailable';
}

export type ErrorKind = TidewaiterError['kind'];

/** Marks a case that the compiler proves impossible; a new variant of a union then fails to compile here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
