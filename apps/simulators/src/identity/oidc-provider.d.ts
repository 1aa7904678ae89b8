/** The little of `oidc-provider` 9 that is used here; the package carries no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

  export interface Context {
    body: unknown;
    oidc: {
      client: Client;
      params: Record<string, string | undefined>;
      session?: { accountId?: string };
      entity(name: string, value: unknown): void;
    };
  }
  export interface Client {
    clientId: string;
  }
  export interface ResourceServerInfo {
    scope: string;
    audience: string;
    accessTokenFormat: 'jwt';
    accessTokenTTL: number;
    jwt: { sign: { alg: string } };
  }
  export interface Grant {
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    save(): Promise<string>;
  }
  export interface AccessToken {
    resourceServer: unknown;
    expiration: number;
    tokenType: string;
    save(): Promise<string>;
  }
  export interface Interaction {
    uid: string;
    prompt: { name: string };
    params: Record<string, string | undefined>;
  }
  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    callback(): RequestListener;
    on(event: string, listener: (...values: unknown[]) => void): this;
    registerGrantType(name: string, handler: (context: Context) => Promise<void>, parameters: string[]): void;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: Record<string, unknown>,
      options?: { mergeWithLastSubmission: boolean },
    ): Promise<void>;
    AccessToken: new (values: Record<string, unknown>) => AccessToken;
    Grant: new (values: Record<string, unknown>) => Grant;
    ResourceServer: new (identifier: string, info: ResourceServerInfo) => unknown;
  }
  export const errors: { InvalidRequest: new (message: string) => Error };
}
