import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KeyRing } from '../access/keys/key-ring.js';
import type { Scope } from '../access/scopes.js';
import type { DemoTokens } from '../access/tokens/demo-tokens.js';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import type { Rescore } from '../ingest/webhooks/messages.js';
import type { GraphqlRoute } from './routes/graphql.js';
import type { UploadQueue } from './routes/import.js';

/** What routes answer from. It lives as long as the server. */
export interface HttpServices {
  readonly config: Config;
  readonly database: Database;
  readonly keys: KeyRing;
  readonly graphql: GraphqlRoute;
  readonly uploads: UploadQueue;
  readonly rescore: Rescore;
  /** Null where the demo is closed: in production, or when listening beyond loopback. */
  readonly demo: DemoTokens | null;
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
