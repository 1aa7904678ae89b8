import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkpointText,
  formatAddCheckpoint,
  formatNote,
  formatVerifierKey,
  makeConsistency,
  openCheckpoint,
  parseVerifierKey,
  rootOf,
  utf8,
  verifierKey,
  type Hash,
} from '@tidewaiter/merkle';
import { ed25519Verify, makeSigningKey, nodeHasher, nodeSha256, type SigningKey } from '@tidewaiter/merkle/node';
import { Witness } from './witness.js';
import { witnessServer } from './server.js';

const ORIGIN = 'log.example/acme';
const NOW = 1_764_000_000;
const TOKEN = 'a-token-of-sixteen';

describe('a witness', () => {
  let folder: string;
  let server: Server;
  let url: string;
  let log: SigningKey;
  const leaves: Hash[] = Array.from({ length: 9 }, (_, i) => nodeHasher.leaf(utf8(`leaf ${i}`)));

  const start = async (): Promise<void> => {
    server = witnessServer(await Witness.open(join(folder, 'witness'), 'witness.example', () => NOW), TOKEN);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'witness-'));
    log = await makeSigningKey(join(folder, 'log'));
    await start();
    expect((await addLog(logKey())).status).toBe(200);
  });
  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true });
  });

  const logKey = (): string => formatVerifierKey(verifierKey(nodeSha256, ORIGIN, log.publicKey));
  const addLog = (key: string, token = TOKEN): Promise<Response> =>
    fetch(`${url}/add-log`, { method: 'POST', body: key, headers: { authorization: `Bearer ${token}` } });
  const note = (size: number, tree = leaves, origin = ORIGIN, key = log): string => {
    const text = checkpointText({ origin, size, root: rootOf(nodeHasher, tree.slice(0, size)) });
    const { name, id } = verifierKey(nodeSha256, origin, key.publicKey);
    return formatNote({ text, signatures: [{ name, keyId: id, signature: key.sign(utf8(text)) }] });
  };
  const proofOf = (old: number, size: number, tree = leaves): Promise<Hash[]> =>
    makeConsistency(nodeHasher, old, size, async (nodes) =>
      nodes.map(({ level, index }) => rootOf(nodeHasher, tree.slice(index * 2 ** level, (index + 1) * 2 ** level))),
    );
  const add = async (old: number, size: number, tree = leaves, checkpoint = note(size, tree)): Promise<Response> =>
    post(formatAddCheckpoint({ old, proof: await proofOf(Math.min(old, size), size, tree), checkpoint }));
  const post = (body: string | Uint8Array<ArrayBuffer>): Promise<Response> =>
    fetch(`${url}/add-checkpoint`, { method: 'POST', body });

  it('cosigns heads that continue each other, with its own key and time', async () => {
    for (const [old, size] of [
      [0, 3],
      [3, 8],
      [8, 9],
      [9, 9],
    ] as const) {
      const answer = await add(old, size);
      expect(answer.status).toBe(200);
      const witness = parseVerifierKey(nodeSha256, (await (await fetch(`${url}/key`)).text()).trim());
      const opened = await openCheckpoint(note(size) + (await answer.text()), {
        origin: ORIGIN,
        keys: [parseVerifierKey(nodeSha256, logKey())],
        verify: ed25519Verify,
        witnesses: [witness],
        quorum: 1,
      });
      expect(opened).toMatchObject({ size, cosigned: [{ witness: 'witness.example', at: NOW }] });
    }
    const seen = await fetch(`${url}/seen/${createHash('sha256').update(ORIGIN).digest('hex')}`);
    expect(await seen.text()).toBe(note(9));
  });

  it('keeps what it saw over a restart: a smaller or a forked tree gets nothing', async () => {
    await add(0, 8);
    await stop();
    await start();
    const smaller = await add(0, 5);
    expect([smaller.status, smaller.headers.get('content-type'), await smaller.text()]).toEqual([
      409,
      'text/x.tlog.size',
      '8\n',
    ]);
    expect((await add(8, 5)).status).toBe(400);
    const forked = [...leaves];
    forked[2] = nodeHasher.leaf(utf8('another'));
    expect((await add(8, 9, forked)).status).toBe(422);
    expect((await add(8, 8, forked)).status).toBe(409);
    expect((await add(8, 9)).status).toBe(200);
  });

  it('cosigns one of two different heads that come at once', async () => {
    const forked = [...leaves];
    forked[2] = nodeHasher.leaf(utf8('another'));
    const answers = await Promise.all([add(0, 8), add(0, 8, forked)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('refuses what is not signed by the key it knows, and logs it does not know', async () => {
    const stranger = await makeSigningKey(join(folder, 'stranger'));
    expect((await add(0, 3, leaves, note(3, leaves, ORIGIN, stranger))).status).toBe(403);
    expect((await add(0, 3, leaves, note(3, leaves, 'log.example/globex'))).status).toBe(404);
  });

  it('takes a log up for who holds the token, and never a second key for it', async () => {
    const stranger = await makeSigningKey(join(folder, 'stranger'));
    const other = formatVerifierKey(verifierKey(nodeSha256, ORIGIN, stranger.publicKey));
    expect((await addLog(other, 'a-guess-of-sixteen')).status).toBe(401);
    expect((await addLog(other)).status).toBe(409);
    expect((await addLog(logKey())).status).toBe(200);
    expect((await addLog('no key')).status).toBe(400);
  });

  it('refuses malformed, mis-encoded and endless bodies, and goes on', async () => {
    for (const body of ['', 'old 0\n', 'old 00\n\nx', `old 0\n\n${note(3)}trailing`]) {
      expect((await post(body)).status).toBe(400);
    }
    expect((await post(new Uint8Array([0xff, 0xfe]))).status).toBe(400);
    expect((await post('x'.repeat(100_000))).status).toBe(413);
    expect((await add(0, 3)).status).toBe(200);
  });

  it('does not begin anew when its key is gone', async () => {
    await rm(join(folder, 'witness', 'key.pem'));
    await expect(Witness.open(join(folder, 'witness'), 'witness.example')).rejects.toThrow(/key.pem is gone/);
  });
});
