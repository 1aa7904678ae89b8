import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { RouteTable } from './routes.js';
import type { Service } from './settings.js';

// Hop-by-hop headers (RFC 9110, 7.6.1) belong to one connection and are not passed on.
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * One address for the services of a split stack, as a load balancer gives in a deployment: each request goes to the service
 * that `routes.yaml` names for its path, body and answer as streams. `/health/ready` is asked of all of them.
 *
 * @param bases base URL of each service
 */
export function createRouter(table: RouteTable, bases: Readonly<Record<Service, string>>): Server {
  const server = createServer((incoming, answer) => {
    const path = incoming.url ?? '/';
    if (incoming.method === 'GET' && path === '/health/ready') return void answerReadiness(bases, answer);
    const service = table.serviceOf(path);
    if (!service) return problem(answer, 404, 'house.route.unknown', 'No service answers this path.');
    forward(incoming, answer, service, bases[service]);
  });
  server.requestTimeout = 0; // uploads and event streams last as long as they last
  return server;
}

function forward(incoming: IncomingMessage, answer: ServerResponse, service: Service, base: string): void {
  const { hostname, port } = new URL(base);
  const outgoing = request({
    hostname,
    port,
    method: incoming.method,
    path: incoming.url,
    headers: passedOn(incoming),
    agent: false,
  });
  outgoing.on('response', (response) => {
    const headers = Object.fromEntries(Object.entries(response.headers).filter(([name]) => !HOP_BY_HOP.has(name)));
    answer.writeHead(response.statusCode ?? 502, headers);
    answer.flushHeaders(); // an event stream has headers long before it has events
    response.pipe(answer);
    response.on('error', () => answer.destroy());
  });
  outgoing.on('error', () => {
    if (answer.headersSent) answer.destroy();
    else
      problem(
        answer,
        503,
        'house.service.unreachable',
        `The service ${service} does not answer. It is started again by itself: try once more in a moment.`,
      );
  });
  answer.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

function passedOn({ headers, socket }: IncomingMessage): Record<string, string | string[] | undefined> {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
  const via = headers['x-forwarded-for'];
  return {
    ...kept,
    // Without a length the body comes in chunks, and goes on so.
    ...(headers['transfer-encoding'] ? { 'transfer-encoding': 'chunked' } : {}),
    'x-forwarded-for': [via, socket.remoteAddress].flat().filter(Boolean).join(', '),
    'x-forwarded-host': headers.host,
    'x-forwarded-proto': 'http',
  };
}

async function answerReadiness(bases: Readonly<Record<Service, string>>, answer: ServerResponse): Promise<void> {
  const parts: Record<string, string> = {};
  await Promise.all(
    Object.entries(bases).map(async ([service, base]) => {
      try {
        const response = await fetch(`${base}/health/ready`, { signal: AbortSignal.timeout(4000) });
        parts[service] = response.ok
          ? 'ok'
          : (((await response.json()) as { detail?: string }).detail ?? `answers ${response.status}`);
      } catch {
        parts[service] = 'does not answer';
      }
    }),
  );
  const ready = Object.values(parts).every((says) => says === 'ok');
  if (!ready) return problem(answer, 503, 'house.not-ready', 'Not every part is there yet.', { parts });
  answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ready, parts }));
}

/** RFC 9457. */
function problem(answer: ServerResponse, status: number, code: string, detail: string, more: object = {}): void {
  const body = { type: `/problems/${code}`, title: detail, status, code, detail, ...more };
  answer.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
}
