import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

let provider: BasicTracerProvider | undefined;

/**
 * Trace ids always run from the HTTP request through workflow, activity and Kafka to the log; spans leave the process
 * only when `OTEL_EXPORTER_OTLP_ENDPOINT` is set.
 */
export function startTracing(service: string, exporterUrl: string | undefined): void {
  if (provider) return;
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: exporterUrl ? [new BatchSpanProcessor(new OTLPTraceExporter())] : [],
  });
  trace.setGlobalTracerProvider(provider);
}

export const stopTracing = async (): Promise<void> => provider?.shutdown();

const remote = (traceparent: string | undefined): Context =>
  traceparent ? propagation.extract(ROOT_CONTEXT, { traceparent }) : context.active();

/** Runs work in a span that continues the given W3C trace context (or the active one). */
export async function inSpan<T>(
  name: string,
  options: { traceparent?: string | undefined; kind?: SpanKind; attributes?: Record<string, string> },
  work: () => Promise<T>,
): Promise<T> {
  const tracer = trace.getTracer('tidewaiter');
  return tracer.startActiveSpan(
    name,
    { kind: options.kind ?? SpanKind.INTERNAL, attributes: options.attributes ?? {} },
    remote(options.traceparent),
    async (span) => {
      try {
        return await work();
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
        throw error;
      } finally {
        span.end();
      }
    },
  );
}

/** W3C `traceparent` of the active span, for an event's envelope or an outgoing call. */
export function currentTraceparent(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}` : undefined;
}

export const currentTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId;
