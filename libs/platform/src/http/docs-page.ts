import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';

const ASSETS: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tidewaiter API</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="page"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`;

const START = `SwaggerUIBundle({ url: '/openapi.json', domNode: document.getElementById('page'), deepLinking: true, validatorUrl: null });`;

/** Swagger UI's files, as Nest's Swagger package brings them: that package itself takes a second to load and is not needed. */
const assets = (): string => {
  const nestSwagger = createRequire(import.meta.url).resolve('@nestjs/swagger');
  return dirname(createRequire(nestSwagger).resolve('swagger-ui-dist/package.json'));
};

/** The readable page of the API at `/docs`. Public, like the document it shows. */
export function serveDocs(fastify: FastifyInstance): void {
  const folder = assets();
  const policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";
  fastify.get('/docs', (_, reply) =>
    reply.header('Content-Security-Policy', policy).type('text/html; charset=utf-8').send(PAGE),
  );
  fastify.get('/docs/start.js', (_, reply) => reply.type('text/javascript; charset=utf-8').send(START));
  for (const [name, mediaType] of Object.entries(ASSETS)) {
    fastify.get(`/docs/${name}`, (_, reply) =>
      reply
        .header('Cache-Control', 'public, max-age=3600')
        .type(mediaType)
        .send(createReadStream(join(folder, name))),
    );
  }
}
