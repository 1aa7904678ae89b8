import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';

export interface TokenChanges {
  claims?: JWTPayload;
  header?: { alg?: string; typ?: string | undefined; kid?: string };
  /** signs with this instead of the published key */
  key?: CryptoKey | Uint8Array;
}

/** A small OpenID provider: publishes one key and signs whatever token a test asks for. */
export class Issuer {
  /** how many times the key set was asked for */
  asked = 0;
  /** when set, every request is answered with this status */
  failing: number | undefined;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    private readonly key: CryptoKey,
    readonly publicKey: CryptoKey,
  ) {}

  static async open(): Promise<Issuer> {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' }] };
    const server = createServer((request, response) => {
      if (issuer.failing !== undefined) return void response.writeHead(issuer.failing).end();
      const keys = request.url === '/jwks';
      if (keys) issuer.asked += 1;
      const answer = keys ? jwks : { issuer: issuer.url, jwks_uri: `${issuer.url}/jwks` };
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const issuer = new Issuer(server, `http://127.0.0.1:${port}`, privateKey, publicKey);
    return issuer;
  }

  /** A good token for five minutes, unless a change spoils it; a claim set to undefined is left out. */
  token(tenant: string, subject: string, roles: readonly string[], changes: TokenChanges = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const usual = {
      iss: this.url,
      aud: 'tidewaiter-api',
      sub: subject,
      tenant,
      roles,
      name: subject,
      iat: now,
      exp: now + 300,
    };
    return new SignJWT({ ...usual, ...changes.claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'test', ...changes.header })
      .sign(changes.key ?? this.key);
  }

  /** The published key as anyone can write it down. */
  publicPem(): Promise<string> {
    return exportSPKI(this.publicKey);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.closeAllConnections();
      this.server.close(() => resolve());
    });
  }
}
