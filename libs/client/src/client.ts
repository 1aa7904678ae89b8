import type { AnswerOf, InputOf, Problem, RouteDefinition } from '@tidewaiter/contracts';

/** A problem document, as thrown: `code` is stable, `status` the HTTP status. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.name = 'ProblemError';
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** Nobody answers at the address: nothing is known of what became of a request. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface ClientOptions {
  /** e.g. `http://127.0.0.1:8410` */
  baseUrl: string;
  /** asked before every call, so that it may renew; left out in a browser, where the session's cookie goes along by itself */
  token?: () => Promise<string>;
  fetch?: typeof fetch;
}

export interface CallOptions {
  /** the same for a repeated request; a new UUID when left out */
  idempotencyKey?: string;
  /** ETag version of what was looked at */
  ifMatch?: number;
  signal?: AbortSignal;
}

export interface Answered<A> {
  answer: A;
  status: number;
  /** version named by the ETag */
  version: number | undefined;
  /** where what was made is told of; undefined where the answer names nothing */
  location: string | undefined;
}

export type UploadedFile = { name: string; mediaType: string } & (
  { bytes: Uint8Array } | { stream: AsyncIterable<Uint8Array> }
);

type PartialInput<R> = Partial<InputOf<R>>;

export interface TidewaiterClient {
  /** One typed call. @throws ProblemError for every problem document; Unreachable when nobody answers */
  call<R extends RouteDefinition>(route: R, input?: PartialInput<R>, options?: CallOptions): Promise<AnswerOf<R>>;
  /** The same with status and version. */
  send<R extends RouteDefinition>(
    route: R,
    input?: PartialInput<R>,
    options?: CallOptions,
  ): Promise<Answered<AnswerOf<R>>>;
  /** Every item of a paged list, page by page. */
  all<R extends RouteDefinition, I>(
    route: R,
    input: PartialInput<R>,
    items: (answer: AnswerOf<R>) => { items: I[]; next: string | null },
  ): AsyncGenerator<I>;
  /** Bytes of an answer that is not JSON; `path` replaces the route's trailing `{*}`. */
  bytes(
    route: RouteDefinition,
    params: Record<string, string>,
    options?: CallOptions & { query?: Record<string, string> },
  ): Promise<Uint8Array>;
  /** Multipart upload of one file: its bytes, or a stream of them that is never held as a whole. */
  upload<R extends RouteDefinition>(
    route: R,
    params: InputOf<R>['params'],
    fields: Record<string, string>,
    file: UploadedFile,
    options?: CallOptions,
  ): Promise<AnswerOf<R>>;
  readonly baseUrl: string;
}

function address(
  baseUrl: string,
  route: RouteDefinition,
  params: Record<string, unknown>,
  query: Record<string, unknown>,
): string {
  const path = route.path.replace(/\{(\w+|\*)\}/g, (_, name: string) => {
    const value = String(params[name === '*' ? 'path' : name]);
    return name === '*' ? value : encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const text = search.toString();
  return `${baseUrl}${path}${text === '' ? '' : `?${text}`}`;
}

/** The problem document of an answer that is not ok; of any other text (a proxy's, say) one is made. */
export async function problemFrom(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    const parsed = JSON.parse(text) as Problem;
    if (typeof parsed?.code === 'string') return parsed;
  } catch {
    // told as it is
  }
  return {
    type: 'about:blank',
    title: response.statusText,
    status: response.status,
    code: `http.status.${response.status}`,
    detail: text.slice(0, 300),
  };
}

function formOf(
  fields: Record<string, string>,
  file: { name: string; mediaType: string; bytes: Uint8Array },
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([Uint8Array.from(file.bytes)], { type: file.mediaType }), file.name);
  return form;
}

const quoted = (name: string): string => name.replace(/["\r\n]/g, (char) => encodeURIComponent(char));

/** A form with one file, written as it is sent. @see RFC 7578 */
function streamedForm(
  fields: Record<string, string>,
  file: { name: string; mediaType: string; stream: AsyncIterable<Uint8Array> },
): { body: ReadableStream<Uint8Array>; contentType: string } {
  const boundary = `form-${crypto.randomUUID()}`;
  const encoder = new TextEncoder();
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (const [name, value] of Object.entries(fields)) {
      yield encoder.encode(
        `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`,
      );
    }
    yield encoder.encode(
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${quoted(file.name)}"\r\nContent-Type: ${file.mediaType}\r\n\r\n`,
    );
    yield* file.stream;
    yield encoder.encode(`\r\n--${boundary}--\r\n`);
  }
  const chunks = parts();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
  return { body, contentType: `multipart/form-data; boundary=${boundary}` };
}

export function createClient(options: ClientOptions): TidewaiterClient {
  /** What is cut on the way, there or back, is the same: nothing is known of what became of the request. */
  const reaching = async <T>(signal: AbortSignal | null | undefined, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Unreachable(`nobody answers at ${options.baseUrl}`, { cause: error });
    }
  };

  const doFetch = options.fetch ?? fetch;

  const request = async (
    route: RouteDefinition,
    url: string,
    init: { body?: string | FormData | ReadableStream<Uint8Array>; contentType?: string; json: boolean },
    call: CallOptions,
  ): Promise<Response> => {
    const headers: Record<string, string> = { Accept: `${route.produces}, application/problem+json` };
    if (route.access !== 'public' && options.token) headers['Authorization'] = `Bearer ${await options.token()}`;
    if (init.json) headers['Content-Type'] = 'application/json';
    if (init.contentType !== undefined) headers['Content-Type'] = init.contentType;
    if (route.idempotent) headers['Idempotency-Key'] = call.idempotencyKey ?? crypto.randomUUID();
    if (call.ifMatch !== undefined) headers['If-Match'] = `"${call.ifMatch}"`;
    const { signal = null } = call;
    const response = await reaching(signal, () =>
      doFetch(url, {
        method: route.method,
        headers,
        body: init.body ?? null,
        signal,
        // what a body that is a stream has to say of itself; the types of fetch do not know it everywhere
        ...(init.contentType === undefined ? {} : { duplex: 'half' }),
      }),
    );
    if (!response.ok) throw new ProblemError(await reaching(signal, () => problemFrom(response)));
    return response;
  };

  const send = async <R extends RouteDefinition>(
    route: R,
    input: PartialInput<R> = {},
    call: CallOptions = {},
  ): Promise<Answered<AnswerOf<R>>> => {
    const parts = input as { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown };
    const body = parts.body === undefined ? undefined : JSON.stringify(parts.body);
    const response = await request(
      route,
      address(options.baseUrl, route, parts.params ?? {}, parts.query ?? {}),
      { ...(body === undefined ? {} : { body }), json: body !== undefined },
      call,
    );
    const text = await reaching(call.signal, () => response.text());
    const tag = /^"(\d+)"$/.exec(response.headers.get('etag') ?? '');
    const json = response.headers.get('content-type')?.includes('json');
    return {
      answer: (json && text !== '' ? JSON.parse(text) : text) as AnswerOf<R>,
      status: response.status,
      version: tag ? Number(tag[1]) : undefined,
      location: response.headers.get('location') ?? undefined,
    };
  };

  return {
    baseUrl: options.baseUrl,
    send,
    call: async (route, input, call) => (await send(route, input, call)).answer,
    async *all(route, input, items) {
      let after: string | undefined;
      do {
        const query = {
          ...(input as { query?: Record<string, unknown> }).query,
          ...(after === undefined ? {} : { after }),
        };
        const page = items((await send(route, { ...input, query })).answer);
        yield* page.items;
        after = page.next ?? undefined;
      } while (after !== undefined);
    },
    async bytes(route, params, call = {}) {
      const response = await request(
        route,
        address(options.baseUrl, route, params, call.query ?? {}),
        { json: false },
        call,
      );
      return new Uint8Array(await reaching(call.signal, () => response.arrayBuffer()));
    },
    async upload(route, params, fields, file, call = {}) {
      const init = 'stream' in file ? streamedForm(fields, file) : { body: formOf(fields, file) };
      const response = await request(
        route,
        address(options.baseUrl, route, params as Record<string, unknown>, {}),
        { ...init, json: false },
        call,
      );
      return (await reaching(call.signal, () => response.json())) as AnswerOf<typeof route>;
    },
  };
}
