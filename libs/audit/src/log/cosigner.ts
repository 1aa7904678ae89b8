import { Refused } from '@tidewaiter/kernel';
import {
  formatAddCheckpoint,
  formatVerifierKey,
  Malformed,
  NotSigned,
  openCheckpoint,
  parseSignatures,
  parseWitnessSize,
  type VerifierKey,
} from '@tidewaiter/merkle';
import { ed25519Verify } from '@tidewaiter/merkle/node';
import type { Prove } from './signer.js';

/** A witness that is to cosign: its pinned key, its base address, and the token that lets us add a log, where it gave us one. */
export interface WitnessAddress {
  key: VerifierKey;
  url: string;
  token: string | null;
}

export interface ToCosign {
  log: VerifierKey;
  size: number;
  /** the note as the log signed it */
  note: string;
  prove: Prove;
}

export interface Cosigned {
  /** the note with a line of every witness that answered */
  note: string;
  /** those that did not, with the reason */
  silent: { witness: string; why: string }[];
}

const TIMEOUT_MS = 2_000;
/** A witness that did not answer is left alone for a while: every checkpoint of every log would wait for it. */
const LEFT_ALONE_MS = 5_000;
/** First guess, the size that it knows, and once more after it took up the log. */
const ATTEMPTS = 4;

/** A reachable witness that says no: a fault of the log, not of the way to the witness. */
type Answer = { status: number; text: string };

/**
 * Has heads cosigned by witnesses before they are published (C2SP tlog-witness). A witness that is silent holds nothing up; one
 * that saw another history stops the log.
 */
export class Cosigner {
  /** size that a witness saw last, by witness and log; a guess that it corrects */
  private readonly seen = new Map<string, number>();
  private readonly alone = new Map<string, { until: number; why: string }>();

  constructor(private readonly witnesses: readonly WitnessAddress[]) {}

  /** @throws Refused `audit.witness.larger-tree`, `audit.witness.forked-tree` */
  async cosign(head: ToCosign): Promise<Cosigned> {
    const outcomes = await Promise.all(this.witnesses.map((witness) => this.ask(witness, head)));
    return {
      note: head.note + outcomes.map(({ line }) => line ?? '').join(''),
      silent: outcomes.flatMap(({ witness, why }) => (why === null ? [] : [{ witness, why }])),
    };
  }

  private async ask(
    witness: WitnessAddress,
    head: ToCosign,
  ): Promise<{ witness: string; line: string | null; why: string | null }> {
    const name = witness.key.name;
    const alone = this.alone.get(name);
    if (alone && performance.now() < alone.until) return { witness: name, line: null, why: alone.why };
    try {
      const line = await this.lineOf(witness, head);
      this.alone.delete(name);
      return { witness: name, line, why: null };
    } catch (error) {
      if (error instanceof Refused) throw error;
      const why = error instanceof Error ? error.message : String(error);
      this.alone.set(name, { until: performance.now() + LEFT_ALONE_MS, why });
      return { witness: name, line: null, why };
    }
  }

  private async lineOf(witness: WitnessAddress, head: ToCosign): Promise<string> {
    const key = `${witness.key.name}\n${head.log.name}`;
    let old = Math.min(this.seen.get(key) ?? 0, head.size);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const answer = await post(
        witness,
        '/add-checkpoint',
        formatAddCheckpoint({ old, proof: old === 0 ? [] : await head.prove(old), checkpoint: head.note }),
      );
      if (answer.status === 200) {
        const line = await checked(answer.text, witness, head);
        this.seen.set(key, head.size);
        return line;
      }
      if (answer.status === 409) old = olderSize(witness, head, answer, old);
      else if (answer.status === 404 && witness.token !== null) {
        await addLog(witness, head.log);
        old = 0;
      } else if (answer.status === 422) throw forked(witness, head);
      else throw new Error(`${witness.key.name} answers ${answer.status}: ${answer.text.trim().slice(0, 200)}`);
    }
    throw new Error(`${witness.key.name} names another size each time it is asked`);
  }
}

/** The size that the witness saw last, to prove from. */
function olderSize(witness: WitnessAddress, head: ToCosign, answer: Answer, asked: number): number {
  const size = parseWitnessSize(answer.text);
  if (size > head.size) {
    throw new Refused(
      'audit.witness.larger-tree',
      `${witness.key.name} has seen ${size} leaves, the database has ${head.size}: it was restored from an older copy`,
      { advice: 'Restore the newest copy; see the runbook of the audit log.', facts: { witness: witness.key.name } },
    );
  }
  if (size === asked) throw forked(witness, head);
  return size;
}

const forked = (witness: WitnessAddress, { size }: ToCosign): Refused =>
  new Refused(
    'audit.witness.forked-tree',
    `${witness.key.name} has seen another history: the tree of ${size} leaves does not continue it`,
    {
      advice: 'Verify the log to find the first bad leaf; see the runbook of the audit log.',
      facts: { witness: witness.key.name },
    },
  );

/** Trusts the answer no more than any other: its signature is checked before it is handed on. */
async function checked(text: string, witness: WitnessAddress, { log, note }: ToCosign): Promise<string> {
  const lines = parseSignatures(text);
  const opened = await openCheckpoint(note + text, {
    origin: log.name,
    keys: [log],
    verify: ed25519Verify,
    witnesses: [witness.key],
    quorum: 1,
  });
  if (lines.length !== 1) throw new Malformed('cosignature', 'lines', `one was expected, ${lines.length} came`);
  return opened.cosigned.length === 1 ? text : '';
}

async function addLog(witness: WitnessAddress, log: VerifierKey): Promise<void> {
  const answer = await post(witness, '/add-log', `${formatVerifierKey(log)}\n`);
  if (answer.status !== 200)
    throw new NotSigned('unknown-key', `${witness.key.name} does not take up ${log.name}: ${answer.text.trim()}`);
}

async function post({ url, token }: WitnessAddress, path: string, body: string): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...(token !== null && path === '/add-log' ? { authorization: `Bearer ${token}` } : {}),
    },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: 'error',
  });
  return { status: answer.status, text: (await answer.text()).slice(0, 10_000) };
}
