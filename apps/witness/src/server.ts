import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Malformed } from '@tidewaiter/merkle';
import { nodeSha256 } from '@tidewaiter/merkle/node';
import { WitnessRefused, type Witness } from './witness.js';

/** A checkpoint with its signatures and 63 hashes stays far below. */
const LARGEST_BODY = 64 * 1024;
const SIZE = 'text/x.tlog.size';

interface Answer {
  status: number;
  body: string;
  type?: string;
}

/**
 * `POST /add-checkpoint` (C2SP tlog-witness) for anyone; `POST /add-log` for who holds the token; `GET /key` and
 * `GET /seen/<hex SHA-256 of the origin>` for auditors; `GET /health/ready`.
 */
export function witnessServer(witness: Witness, token: string): Server {
  return createServer((request, response) => {
    void answerTo(request, witness, token).then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, refusal(error)),
    );
  });
}

async function answerTo(request: IncomingMessage, witness: Witness, token: string): Promise<Answer> {
  const { method, url = '/' } = request;
  const seen = /^\/seen\/([0-9a-f]{64})$/.exec(url);
  if (method === 'GET' && url === '/health/ready') return { status: 200, body: 'ready\n' };
  if (method === 'GET' && url === '/key') return { status: 200, body: `${witness.verifierKey}\n` };
  if (method === 'GET' && seen) {
    const note = witness.lastSeen(seen[1]!);
    return note === null ? { status: 404, body: 'nothing was seen of such a log\n' } : { status: 200, body: note };
  }
  if (method === 'POST' && url === '/add-checkpoint') {
    return { status: 200, body: await witness.addCheckpoint(await textOf(request)) };
  }
  if (method === 'POST' && url === '/add-log') {
    if (!sameToken(request.headers.authorization, token))
      return { status: 401, body: 'logs are added by who holds the witness’s token\n' };
    await witness.addLog(await textOf(request));
    return { status: 200, body: '' };
  }
  return { status: 404, body: 'there is nothing here\n' };
}

function refusal(error: unknown): Answer {
  if (error instanceof WitnessRefused) {
    return error.size === null
      ? { status: error.status, body: `${error.message}\n` }
      : { status: error.status, body: `${error.size}\n`, type: SIZE };
  }
  if (error instanceof Malformed) return { status: 400, body: `${error.message}\n` };
  if (error instanceof BodyTooLarge) return { status: 413, body: `${error.message}\n` };
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return { status: 500, body: 'the witness failed; nothing was cosigned\n' };
}

class BodyTooLarge extends Error {}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > LARGEST_BODY) throw new BodyTooLarge(`a body has at most ${LARGEST_BODY} bytes`);
    parts.push(part);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch {
    throw new Malformed('body', 'encoding', 'not UTF-8');
  }
}

const sameToken = (header: string | undefined, token: string): boolean =>
  timingSafeEqual(nodeSha256(Buffer.from(header ?? '')), nodeSha256(Buffer.from(`Bearer ${token}`)));

function send(response: ServerResponse, { status, body, type = 'text/plain; charset=utf-8' }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' }).end(body);
}
