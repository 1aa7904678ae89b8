import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type SpanOptions,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';

let provider: BasicTracerProvider | undefined;

/**
 * Trace ids always run from the HTTP request through workflow, activity and Kafka to the log; spans leave the process
 * only when an exporter is configured.
 *
 * @param exporterUrl base address of an OTLP collector over HTTP
 */
export async function startTracing(service: string, exporterUrl?: string): Promise<void> {
  if (provider) return;
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: exporterUrl === undefined ? [] : [await exporterTo(exporterUrl)],
  });
  trace.setGlobalTracerProvider(provider);
}

/** Loaded only when wanted: it takes longer to load than everything else in this file. */
async function exporterTo(url: string): Promise<SpanProcessor> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  return new BatchSpanProcessor(new OTLPTraceExporter({ url: `${url.replace(/\/$/, '')}/v1/traces` }));
}

export async function stopTracing(): Promise<void> {
  const stopping = provider;
  provider = undefined;
  trace.disable();
  propagation.disable();
  context.disable();
  await stopping?.shutdown();
}

const tracer = () => trace.getTracer('tidewaiter');

/** The given W3C trace context; a traceparent that is none of the form begins a new trace. */
const continued = (traceparent: string): Context => propagation.extract(ROOT_CONTEXT, { traceparent });

/** A span that outlives any one function: whoever works in it enters `context`. */
export interface OpenSpan {
  context: Context;
  end(name: string, failed: boolean): void;
}

export function openServerSpan(traceparent: string | undefined): OpenSpan {
  const parent = traceparent === undefined ? ROOT_CONTEXT : continued(traceparent);
  const span = tracer().startSpan('request', { kind: SpanKind.SERVER }, parent);
  return {
    context: trace.setSpan(parent, span),
    end(name, failed) {
      span.updateName(name);
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** Runs work in a span that continues the given W3C trace context (or the active one). */
export function inSpan<T>(
  name: string,
  options: { traceparent?: string | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const parent = options.traceparent === undefined ? context.active() : continued(options.traceparent);
  return within(name, {}, parent, work);
}

/** Runs work that many traces share: a span of its own that points to each of them. */
export function inLinkedSpan<T>(
  name: string,
  traceparents: readonly (string | undefined)[],
  work: () => Promise<T>,
): Promise<T> {
  const links = [...new Set(traceparents)].flatMap((traceparent) => {
    const linked = traceparent === undefined ? undefined : trace.getSpanContext(continued(traceparent));
    return linked ? [{ context: linked }] : [];
  });
  return within(name, { links }, ROOT_CONTEXT, work);
}

function within<T>(name: string, options: SpanOptions, parent: Context, work: () => Promise<T>): Promise<T> {
  return tracer().startActiveSpan(name, options, parent, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** W3C `traceparent` of the active span, for an event's envelope or an outgoing call. */
export function currentTraceparent(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}` : undefined;
}

export const currentTraceId = (): string | undefined => trace.getActiveSpan()?.spanContext().traceId;
