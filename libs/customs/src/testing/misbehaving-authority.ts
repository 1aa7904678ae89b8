import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the next submission meets. Each but the first six takes the declaration before it misbehaves. */
export type Behaviour =
  | 'refuse-syntax'
  | 'busy'
  /** asks for two seconds */
  | 'busy-for-a-while'
  | 'not-let-in'
  | 'wrong-address'
  | 'lost-before'
  | 'take'
  | 'cut-after-taking'
  | 'error-after-taking'
  | 'silence-after-taking'
  | 'take-without-conversation';

const xml = (response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/xml', ...headers }).end(body);
};

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

const between = (text: string, tag: string): string => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1] ?? '';

/** A tiny authority with a ledger of what it took, and a plan of how it misbehaves. */
export class MisbehavingAuthority {
  readonly taken: { lrn: string; ducr: string; mrn: string; body: string; conversationId: string }[] = [];
  tokens = 0;
  enquiries = 0;
  /** behaviour of the coming submissions, in order; then `take` */
  plan: Behaviour[] = [];
  enquiryStatus: number | null = null;
  mailboxStatus: number | null = null;
  /** what its pushes did not bring, and how often its list was asked for */
  readonly missed: { id: string; conversationId: string; bytes: Buffer }[] = [];
  lists = 0;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(): Promise<MisbehavingAuthority> {
    const authority = new MisbehavingAuthority();
    await new Promise<void>((resolve) => authority.server.listen(0, '127.0.0.1', resolve));
    return authority;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request).catch(() => Buffer.alloc(0));
    const url = new URL(request.url ?? '/', this.url);
    if (url.pathname === '/oauth/token') {
      this.tokens += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ access_token: `token-${this.tokens}`, token_type: 'Bearer', expires_in: 14_400 }));
      return;
    }
    if (/^\/customs\/declarations(\/(amend|cancellation-requests|arrival-notification))?$/.test(url.pathname))
      return this.submission(body.toString(), request, response);
    if (url.pathname.startsWith('/notifications/unpulled')) return this.pull(url.pathname, response);
    this.enquiry(url, response);
  }

  private pull(path: string, response: ServerResponse): void {
    if (this.mailboxStatus !== null) return xml(response, this.mailboxStatus, '');
    if (path === '/notifications/unpulled') {
      this.lists += 1;
      const links = this.missed.map(({ id }) => `<link>/notifications/unpulled/${id}</link>`);
      return xml(response, 200, `<notifications>${links.join('')}</notifications>`);
    }
    const at = this.missed.findIndex(({ id }) => path === `/notifications/unpulled/${id}`);
    const [found] = at < 0 ? [] : this.missed.splice(at, 1);
    if (!found) return xml(response, 404, '');
    xml(response, 200, found.bytes.toString(), { 'x-conversation-id': found.conversationId });
  }

  private submission(body: string, request: IncomingMessage, response: ServerResponse): void {
    const behaviour = this.plan.shift() ?? 'take';
    switch (behaviour) {
      case 'refuse-syntax':
        return xml(
          response,
          400,
          '<errorResponse><code>BAD_REQUEST</code><message>Payload is not valid</message></errorResponse>',
        );
      case 'busy':
        return xml(
          response,
          429,
          '<errorResponse><code>MESSAGE_THROTTLED_OUT</code><message>wait</message></errorResponse>',
        );
      case 'busy-for-a-while':
        return void response
          .writeHead(429, { 'retry-after': '2' })
          .end('<errorResponse><code>MESSAGE_THROTTLED_OUT</code><message>wait</message></errorResponse>');
      case 'not-let-in':
        return xml(response, 401, '<errorResponse><code>UNAUTHORIZED</code><message>who?</message></errorResponse>');
      case 'wrong-address':
        return xml(response, 404, '');
      case 'lost-before':
        return void request.socket.destroy();
    }
    const conversationId = `00000000-0000-4000-8000-${String(this.taken.length + 1).padStart(12, '0')}`;
    this.taken.push({
      lrn: between(body, 'FunctionalReferenceID'),
      ducr: /<ID>([^<]*)<\/ID>\s*<TypeCode>DCR/.exec(body)?.[1] ?? '',
      mrn: `26GB${String(this.taken.length + 1).padStart(13, '0')}5`,
      body,
      conversationId,
    });
    switch (behaviour) {
      case 'take':
        return xml(response, 202, '', { 'x-conversation-id': conversationId });
      case 'take-without-conversation':
        return xml(response, 202, '');
      case 'error-after-taking':
        return xml(
          response,
          500,
          '<errorResponse><code>INTERNAL_SERVER_ERROR</code><message>oops</message></errorResponse>',
        );
      case 'cut-after-taking':
        return void request.socket.destroy();
      case 'silence-after-taking':
        return;
    }
  }

  private enquiry(url: URL, response: ServerResponse): void {
    this.enquiries += 1;
    if (this.enquiryStatus !== null) return xml(response, this.enquiryStatus, '');
    const lrn = url.searchParams.get('lrn');
    const ducr = decodeURIComponent(/\/ducr\/([^/]+)\/status$/.exec(url.pathname)?.[1] ?? '');
    const found = this.taken.filter((each) => each.lrn === lrn || each.ducr === ducr);
    if (found.length === 0) {
      return xml(
        response,
        404,
        '<errorResponse><code>CDS60001</code><message>Declaration not found</message></errorResponse>',
      );
    }
    const kind = lrn === null ? 'Status' : 'Search';
    const rows = found.map(
      ({ mrn, lrn: own }) => `<d:Declaration><d:ID>${mrn}</d:ID><d:LRN>${own}</d:LRN></d:Declaration>`,
    );
    xml(
      response,
      200,
      `<d:Declaration${kind}Response xmlns:d="urn:d"><d:Declaration${kind}Details>${rows.join('')}</d:Declaration${kind}Details></d:Declaration${kind}Response>`,
    );
  }
}
