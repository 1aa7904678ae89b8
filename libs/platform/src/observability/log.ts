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
  const write = (level: 'info' | 'warn' | 'error') => (message: string, fields: Record<string, unknown> = {}) => {
    const traceId = currentTraceId();
    logger[level](traceId ? { ...fields, traceId } : fields, message);
  };
  return { info: write('info'), warn: write('warn'), error: write('error'), child: (fields) => wrap(logger.child(fields)) };
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

/** Name, code, message and stack of an error; never its details, which may quote what a person typed. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  return { name: error.name, message: error.message, stack: error.stack, ...(typeof code === 'string' ? { code } : {}) };
}
