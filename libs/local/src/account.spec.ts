import { mayEnter, serverAccount } from './account.js';

const nobody = { uid: 65_534, gid: 65_534 };
const tree =
  (modes: Record<string, [mode: number, uid: number]>) =>
  (path: string): { mode: number; uid: number } => {
    const [mode, uid] = modes[path] ?? [0o755, 0];
    return { mode, uid };
  };

describe('the account that runs Postgres', () => {
  it('is our own for an ordinary user', () => {
    expect(serverAccount(1000)).toBeUndefined();
  });

  it('is nobody for root', () => {
    expect(serverAccount(0, () => 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\n')).toEqual({
      uid: 65_534,
      gid: 65_533,
    });
  });

  it('is refused for root where there is no nobody, with a way on', () => {
    expect(() => serverAccount(0, () => 'root:x:0:0::/root:/bin/sh\n')).toThrow(/ordinary user, or set DATABASE_URL/);
  });
});

describe('whether it may enter a folder', () => {
  it('says yes where every folder above is open', () => {
    expect(mayEnter('/srv/tidewaiter/bin', nobody, tree({}))).toBe(true);
  });

  it('says no under a home that is closed to others', () => {
    expect(mayEnter('/root/tidewaiter/bin', nobody, tree({ '/root': [0o700, 0] }))).toBe(false);
  });

  it('says yes for a closed folder of its own', () => {
    expect(mayEnter('/srv/data', nobody, tree({ '/srv/data': [0o700, nobody.uid] }))).toBe(true);
  });

  it('says no for a folder that can be passed through and not be read', () => {
    expect(mayEnter('/srv/bin', nobody, tree({ '/srv/bin': [0o711, 0] }))).toBe(false);
    expect(mayEnter('/srv/bin/deeper', nobody, tree({ '/srv/bin': [0o711, 0] }))).toBe(true);
  });
});
