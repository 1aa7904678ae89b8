import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Role } from '@tidewaiter/contracts';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';

/** A small OpenID provider: publishes one key and signs whatever token a test asks for. */
export class Issuer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
    private readonly key: CryptoKey,
  ) {}

  static async open(): Promise<Issuer> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256' }] };
    const server = createServer((request, response) => {
      const { port } = server.address() as AddressInfo;
      const answer = request.url === '/jwks' ? jwks : { jwks_uri: `http://127.0.0.1:${port}/jwks` };
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Issuer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`, privateKey);
  }

  token(tenant: string, subject: string, roles: Role[]): Promise<string> {
    return new SignJWT({ tenant, roles, name: subject })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'test' })
      .setSubject(subject)
      .setIssuer(this.url)
      .setAudience('tidewaiter-api')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(this.key);
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.closeAllConnections();
      this.server.close(() => resolve());
    });
  }
}
