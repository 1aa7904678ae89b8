import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  cosign,
  formatSignature,
  openCheckpoint,
  parseAddCheckpoint,
  parseCheckpoint,
  parseNote,
  verifierKey,
  type VerifierKey,
} from '@tidewaiter/merkle';
import { ed25519Verify, makeSigningKey, nodeSha256, type SigningKey } from '@tidewaiter/merkle/node';
import { LogBench, received, someEvents } from '../testing/log-bench.js';
import { Cosigner } from './cosigner.js';

/** An outside witness that says what a test wants it to; the real one is tried against the log in the journeys. */
class ScriptedWitness {
  seen = 0;
  known = true;
  says: { status: number; body: string } | null = null;
  asked: string[] = [];
  url = '';
  private server!: Server;
  key!: VerifierKey;
  private signing!: SigningKey;

  async open(folder: string): Promise<void> {
    this.signing = await makeSigningKey(`${folder}/witness`);
    this.key = verifierKey(nodeSha256, 'witness.example', this.signing.publicKey, 'cosignature/v1');
    this.server = createServer((request, response) => {
      void (async () => {
        const parts: Buffer[] = [];
        for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
        const { status, body } = this.answer(request.url!, Buffer.concat(parts).toString());
        response.writeHead(status).end(body);
      })();
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(path: string, body: string): { status: number; body: string } {
    this.asked.push(path);
    if (path === '/add-log') {
      this.known = true;
      return { status: 200, body: '' };
    }
    if (this.says) return this.says;
    if (!this.known) return { status: 404, body: 'unknown\n' };
    const { old, checkpoint } = parseAddCheckpoint(body);
    if (old !== this.seen) return { status: 409, body: `${this.seen}\n` };
    this.seen = parseCheckpoint(checkpoint).size;
    const line = cosign(this.key, parseNote(checkpoint).text, 1_764_000_000, (message) => this.signing.sign(message));
    return { status: 200, body: formatSignature(line) };
  }
}

describe('checkpoints with a witness', () => {
  let bench: LogBench;
  let witness: ScriptedWitness;
  beforeEach(async () => {
    bench = await LogBench.create();
    witness = new ScriptedWitness();
    await witness.open(bench.folder);
    // The witness's key lies in the same temporary folder only for this test.
    bench.cosigner = new Cosigner([{ key: witness.key, url: witness.url, token: 'token' }]);
  });
  afterEach(async () => {
    witness.close();
    await bench.end();
  });

  const grow = async (n: number, streams: number): Promise<void> => {
    await bench.stage(someEvents(n, {}, streams));
    await bench.settle();
  };
  const newest = async (): Promise<string> =>
    (await bench.superuser.query<{ note: string }>('select note from audit.log_checkpoints order by size desc limit 1'))
      .rows[0]!.note;
  const cosigned = async () =>
    openCheckpoint(await newest(), {
      origin: bench.signer.originOf('acme'),
      keys: [await bench.signer.verifierOf('acme')],
      verify: ed25519Verify,
      witnesses: [witness.key],
    });
  const alarms = async (): Promise<string[]> => (await bench.status()).alarms.map(({ code }) => code);

  it('are published with its cosignature, from its own last size on', async () => {
    await grow(300, 300);
    expect(await cosigned()).toMatchObject({
      size: 300,
      cosigned: [{ witness: 'witness.example', at: 1_764_000_000 }],
    });
    bench.cosigner = new Cosigner([{ key: witness.key, url: witness.url, token: null }]);
    await bench.stage(Array.from({ length: 10 }, (_, i) => received('file-more', i + 1)));
    await bench.settle();
    expect((await cosigned()).size).toBe(310);
    expect(witness.asked).toEqual(['/add-checkpoint', '/add-checkpoint', '/add-checkpoint']);
  });

  it('add the log where the witness does not know it yet', async () => {
    witness.known = false;
    await grow(5, 1);
    expect((await cosigned()).cosigned).toHaveLength(1);
    expect(witness.asked).toEqual(['/add-checkpoint', '/add-log', '/add-checkpoint']);
  });

  it('are published without it when it is silent, fails or answers nonsense, with one alarm', async () => {
    witness.says = { status: 200, body: '— witness.example AAAAAAAA\n' };
    await grow(5, 1);
    expect((await cosigned()).cosigned).toEqual([]);
    witness.says = { status: 500, body: 'broken\n' };
    await bench.stage([received('file-more', 1)]);
    await bench.settle();
    expect(await alarms()).toEqual(['audit.witness.silent']);
  });

  it('stop when it has seen a larger tree: the database was restored', async () => {
    witness.seen = 900;
    await grow(5, 1);
    await expect(newest()).rejects.toThrow();
    expect(await alarms()).toEqual(['audit.witness.larger-tree']);
  });

  it('stop when it has seen another history', async () => {
    witness.says = { status: 422, body: 'no\n' };
    await grow(5, 1);
    await expect(newest()).rejects.toThrow();
    expect(await alarms()).toEqual(['audit.witness.forked-tree']);
  });
});
