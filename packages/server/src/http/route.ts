import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KeyRing } from '../access/keys/key-ring.js';
import type { PageTokens } from '../access/page-tokens.js';
import type { Scope } from '../access/scopes.js';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import type { Desk } from './routes/desk-page.js';
import type { GraphqlRoute } from './routes/graphql.js';
import type { UploadQueue } from './routes/import.js';
import type { WebhookServices } from './routes/webhook.js';

/** What routes answer from. It lives as long as the server. */
export interface HttpServices {
  readonly config: Config;
  readonly database: Database;
  readonly keys: KeyRing;
  readonly graphql: GraphqlRoute;
  readonly uploads: UploadQueue;
  readonly webhooks: WebhookServices;
  /** Null where the demo is closed: in production, behind a proxy, or when listening beyond loopback. */
  readonly demo: PageTokens | null;
  /** Null where the demo is closed. */
  readonly desk: Desk | null;
}

/** One request. `second` and `third` are parts of its path, '' where it has none. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly second: string;
  readonly third: string;
}

/** THE CONTRACT of a route. */
export interface Route {
  /** The first part of its addresses: '' is the root. */
  readonly first: string;
  /** Which of them it answers, by what follows; all when left out. */
  takes?(call: Call, services: HttpServices): boolean;
  /** GET goes with HEAD; a route of any method says itself what it does not take. */
  readonly method: 'GET' | 'POST' | 'any';
  /** The key of a server needs it; anybody may ask when it is left out. */
  readonly scope?: Scope;
  answer(call: Call, services: HttpServices): Promise<void> | void;
}
