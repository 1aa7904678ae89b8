import { z } from 'zod';
import { defineRoute } from '../define-route.js';

export const healthLive = defineRoute('platform', 'healthLive', 'GET /health/live', {
  summary: 'The process runs',
  access: 'public',
  answer: z.strictObject({ live: z.literal(true) }),
});
export const healthReady = defineRoute('platform', 'healthReady', 'GET /health/ready', {
  summary: 'The process can do its work: 200, or 503 with the part that is missing',
  access: 'public',
  answer: z.strictObject({ ready: z.boolean(), parts: z.record(z.string(), z.string()) }),
});
export const showMetrics = defineRoute('platform', 'showMetrics', 'GET /metrics', {
  summary: 'Prometheus metrics',
  description: 'From this machine without a credential; from elsewhere with the bearer token of METRICS_TOKEN.',
  access: 'machine',
  produces: 'text/plain',
});
export const showOpenApi = defineRoute('platform', 'showOpenApi', 'GET /openapi.json', {
  summary: 'This document, generated from the contracts',
  access: 'public',
  answer: z.looseObject({}),
});
export const showEventSchema = defineRoute('platform', 'showEventSchema', 'GET /schemas/{context}/{name}/{version}', {
  summary: 'JSON Schema of an event’s data, as named by its `dataschema`',
  access: 'public',
  params: z.strictObject({ context: z.string(), name: z.string(), version: z.string().regex(/^v\d+\.json$/) }),
  produces: 'application/schema+json',
  answer: z.looseObject({}),
});
export const showProblem = defineRoute('platform', 'showProblem', 'GET /problems/{code}', {
  summary: 'What a problem type means',
  access: 'public',
  params: z.strictObject({ code: z.string().max(120) }),
  produces: 'text/plain',
  answer: z.string(),
});
export const showStatusPage = defineRoute('platform', 'showStatusPage', 'GET /status', {
  summary: 'Status page: what runs here and where to look',
  access: 'public',
  produces: 'text/html',
  answer: z.string(),
});
