import { join } from 'node:path';
import { Ledger } from '../plumbing/ledger.js';

type Payload = Record<string, unknown>;
type Entry =
  | { type: 'put'; key: string; payload: Payload; expires: number | null }
  | { type: 'removed'; key: string }
  | { type: 'revoked'; grantId: string };

interface Kept {
  payload: Payload;
  /** epoch milliseconds */
  expires: number | null;
}

/** Sessions, grants and refresh tokens, so that a sign-in outlives a restart. Access tokens are JWTs and are kept nowhere. */
export class IdentityStore {
  private readonly ledger: Ledger<Entry>;
  private readonly kept = new Map<string, Kept>();

  constructor(folder: string) {
    this.ledger = new Ledger(join(folder, 'identity.jsonl'));
    for (const entry of this.ledger.entries) this.evolve(entry);
    this.ledger.clear();
    for (const [key, { payload, expires }] of this.kept) {
      if (expires === null || expires > Date.now()) this.ledger.append({ type: 'put', key, payload, expires });
    }
  }

  private evolve(entry: Entry): void {
    if (entry.type === 'put') this.kept.set(entry.key, { payload: entry.payload, expires: entry.expires });
    else if (entry.type === 'removed') this.kept.delete(entry.key);
    else for (const [key, { payload }] of this.kept) if (payload['grantId'] === entry.grantId) this.kept.delete(key);
  }

  private record(entry: Entry): void {
    this.evolve(this.ledger.append(entry));
  }

  private read(key: string): Payload | undefined {
    const found = this.kept.get(key);
    return found && (found.expires === null || found.expires > Date.now()) ? found.payload : undefined;
  }

  private findBy(model: string, member: string, value: string): Payload | undefined {
    const prefix = `${model}:`;
    const hit = [...this.kept].find(([key, { payload }]) => key.startsWith(prefix) && payload[member] === value);
    return hit && this.read(hit[0]);
  }

  /** The adapter that the provider asks for, one for each model. @see oidc-provider, `adapter` */
  adapterOf = (model: string): Record<string, (...values: never[]) => Promise<unknown>> => {
    const keyOf = (id: string): string => `${model}:${id}`;
    return {
      upsert: async (id: string, payload: Payload, seconds?: number) =>
        this.record({ type: 'put', key: keyOf(id), payload, expires: seconds ? Date.now() + seconds * 1_000 : null }),
      find: async (id: string) => this.read(keyOf(id)),
      findByUid: async (uid: string) => this.findBy(model, 'uid', uid),
      findByUserCode: async (code: string) => this.findBy(model, 'userCode', code),
      destroy: async (id: string) => this.record({ type: 'removed', key: keyOf(id) }),
      revokeByGrantId: async (grantId: string) => this.record({ type: 'revoked', grantId }),
      consume: async (id: string) => {
        const found = this.kept.get(keyOf(id));
        if (!found) return;
        const payload = { ...found.payload, consumed: Math.floor(Date.now() / 1_000) };
        this.record({ type: 'put', key: keyOf(id), payload, expires: found.expires });
      },
    };
  };

  close(): void {
    this.ledger.close();
  }
}
