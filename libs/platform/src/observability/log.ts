import { pino, type DestinationStream } from 'pino';
import { currentTraceId } from './trace.js';

/** Structured log: a constant message and facts as fields; ids always, personal data never. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  child(fields: Record<string, unknown>): Log;
}

export const LOG = Symbol('LOG');

function wrap(logger: ReturnType<typeof pino>): Log {
  const write =
    (level: 'info' | 'warn' | 'error') =>
    (message: string, fields: Record<string, unknown> = {}) => {
      const traceId = currentTraceId();
      logger[level](traceId ? { ...fields, traceId } : fields, message);
    };
  return {
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => wrap(logger.child(fields)),
  };
}

export function createLog(options: { level?: string; service: string }, destination?: DestinationStream): Log {
  return wrap(
    pino(
      {
        level: options.level ?? 'info',
        base: { service: options.service },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        serializers: { error: errorFields },
      },
      ...(destination ? [destination] : []),
    ),
  );
}

/** Errors whose message quotes what was read: JSON.parse, and Postgres' data exceptions (class 22). */
const quotes = (error: Error, code: unknown): boolean =>
  error instanceof SyntaxError || (typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code));

/**
 * Name, code, message and frames of an error; never its details or its cause, which may quote what a person typed. The
 * stack's own first lines repeat the message and are left out.
 */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  const message = quotes(error, code) ? error.message.replace(/["'].*["']/gs, '…') : error.message;
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return { name: error.name, message, stack: frames.join('\n'), ...(typeof code === 'string' ? { code } : {}) };
}
