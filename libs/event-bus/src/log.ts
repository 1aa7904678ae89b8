/** Logs are events too: a constant message, the facts as fields; ids always, personal data never. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** For tests and tools that report otherwise. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
