import { existsSync, readFileSync, statSync } from 'node:fs';
import { extname, join, normalize, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Nothing from elsewhere, nothing inline, no script made of text, no frame around us. */
const POLICY = [
  `default-src 'self'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self' data: blob:`,
  `connect-src 'self'`,
  `worker-src 'self'`,
  `object-src 'none'`,
  `base-uri 'none'`,
  `form-action 'self'`,
  `frame-ancestors 'none'`,
  `require-trusted-types-for 'script'`,
  `trusted-types tidewaiter`,
].join('; ');

const MEDIA_TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

const NOT_BUILT =
  '<!doctype html><html lang="en"><title>Tidewaiter</title><p>The console is not built. Run <code>npm start</code>, which builds it.</p></html>';

/** What has addresses of its own; every other address a browser navigates to is one of the console's pages. */
const NOT_PAGES = /^\/(v1|log|docs|schemas|problems|metrics|openapi\.json|health\/(live|ready)|status)(\/|$)/;

/**
 * Serves the built console: its files under `/assets`, for good, since their names carry their digests; its one page for every address
 * that a browser navigates to and nothing else answers.
 *
 * @param folder of the build: `index.html` and `assets/`
 */
export function serveConsole(fastify: FastifyInstance, folder: string): void {
  const page = (reply: FastifyReply): FastifyReply => {
    const index = join(folder, 'index.html');
    const built = existsSync(index);
    return reply
      .status(built ? 200 : 503)
      .header('Content-Security-Policy', POLICY)
      .header('Cache-Control', 'no-cache')
      .header('Permissions-Policy', 'camera=(), microphone=(), geolocation=()')
      .type('text/html; charset=utf-8')
      .send(built ? readFileSync(index, 'utf8') : NOT_BUILT);
  };
  /** Each file is compressed once: its name changes with its content. */
  const compressed = new Map<string, Buffer>();
  const file = (name: string, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = normalize(join(folder, name));
    const mediaType = MEDIA_TYPES[extname(path)];
    if (!path.startsWith(folder + sep) || !mediaType || !existsSync(path) || !statSync(path).isFile()) {
      void reply.callNotFound();
      return reply;
    }
    const squeezable = mediaType !== 'font/woff2' && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    if (squeezable && !compressed.has(path)) compressed.set(path, gzipSync(readFileSync(path), { level: 9 }));
    const small = squeezable ? compressed.get(path) : undefined;
    if (small) void reply.header('Content-Encoding', 'gzip').header('Vary', 'Accept-Encoding');
    return reply
      .header(
        'Cache-Control',
        name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600',
      )
      .header('X-Content-Type-Options', 'nosniff')
      .header('Content-Security-Policy', POLICY)
      .type(mediaType)
      .send(small ?? readFileSync(path));
  };
  fastify.get('/', (_, reply) => page(reply));
  fastify.get<{ Params: { '*': string } }>('/assets/*', (request, reply) =>
    file(`assets/${request.params['*']}`, request, reply),
  );
  fastify.get('/icon.svg', (request, reply) => file('icon.svg', request, reply));
  fastify.get('/*', (request, reply) => {
    const path = request.url.split('?')[0]!;
    const wantsPage = (request.headers.accept ?? '').includes('text/html');
    if (NOT_PAGES.test(path) || !wantsPage) {
      void reply.callNotFound();
      return reply;
    }
    return page(reply);
  });
}
