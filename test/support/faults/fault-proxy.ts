import { once } from 'node:events';
import net from 'node:net';

/** One connection through the proxy. */
export interface Passage {
  readonly client: net.Socket;
  readonly server: net.Socket;
  /** How often the client has written. */
  writes: number;
  /** Whether anything that it sent held this text; of simple statements and first uses of prepared ones, that is. */
  said(text: string): boolean;
  /** Ends both sides at once: `reset` as a network does, `close` as a program that ends. */
  cut(how?: 'reset' | 'close'): void;
}

/** Called with each piece that a client sends, before it is passed on; true holds it back for good. */
export type Watcher = (passage: Passage, piece: Buffer) => boolean | undefined;

/**
 * A TCP proxy in front of a PostgreSQL that does to connections what networks do: it cuts them, falls silent, and accepts
 * without a word.
 */
export class FaultProxy {
  readonly passages = new Set<Passage>();
  /** Sees what clients send. */
  watch: Watcher | null = null;
  /** With `accept` new connections are taken and nothing is ever said; with `refuse` they are closed at once. */
  newConnections: 'pass' | 'accept' | 'refuse' = 'pass';
  #isSilent = false;
  readonly #unanswered = new Set<net.Socket>();
  readonly #listening: net.Server;

  private constructor(private readonly target: URL) {
    this.#listening = net.createServer((client) => this.#take(client));
  }

  /** @param databaseUrl any address on the PostgreSQL, by TCP or by a Unix socket as `?host=` */
  static async start(databaseUrl: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(databaseUrl));
    proxy.#listening.listen(0, '127.0.0.1');
    await once(proxy.#listening, 'listening');
    return proxy;
  }

  /** The address of a database through the proxy. */
  url(database: string): string {
    const url = new URL(this.target);
    url.searchParams.delete('host');
    url.hostname = '127.0.0.1';
    url.port = String((this.#listening.address() as net.AddressInfo).port);
    url.pathname = `/${database}`;
    return url.href;
  }

  /** From now on nothing passes in either direction, of connections old and new; the system still takes what is sent. */
  fallSilent(): void {
    this.#isSilent = true;
  }

  /** What was held back is lost with its connections, as after a partition of the network. */
  speakAgain(): void {
    this.#isSilent = false;
    this.cutAll();
  }

  /** Cuts all that fit. @returns how many */
  cutAll(fits: (passage: Passage) => boolean = () => true, how: 'reset' | 'close' = 'reset'): number {
    const cut = [...this.passages].filter(fits);
    for (const passage of cut) passage.cut(how);
    return cut.length;
  }

  async close(): Promise<void> {
    this.cutAll();
    for (const socket of this.#unanswered) socket.destroy();
    this.#listening.close();
    await once(this.#listening, 'close');
  }

  #connect(): net.Socket {
    const folder = this.target.searchParams.get('host');
    const port = Number(this.target.port || 5432);
    return folder === null ? net.connect(port, this.target.hostname) : net.connect(`${folder}/.s.PGSQL.${port}`);
  }

  #take(client: net.Socket): void {
    client.on('error', () => {});
    if (this.newConnections === 'refuse') return void client.destroy();
    if (this.newConnections === 'accept') {
      this.#unanswered.add(client);
      client.resume();
      client.once('close', () => this.#unanswered.delete(client));
      return;
    }
    const server = this.#connect();
    const said: string[] = [];
    const passage: Passage = {
      client,
      server,
      writes: 0,
      said: (text) => said.some((each) => each.includes(text)),
      cut: (how = 'reset') => {
        this.passages.delete(passage);
        if (how === 'reset') client.resetAndDestroy();
        else client.end();
        server.destroy();
      },
    };
    this.passages.add(passage);
    client.on('data', (piece: Buffer) => {
      if (this.#isSilent) return;
      passage.writes++;
      said.push(piece.toString('latin1').toLowerCase());
      if (said.length > 50) said.splice(2, said.length - 50);
      if (this.watch?.(passage, piece) !== true && !server.destroyed) server.write(piece);
    });
    server.on('data', (piece: Buffer) => {
      if (!this.#isSilent && !client.destroyed) client.write(piece);
    });
    const end = () => {
      if (!this.passages.delete(passage)) return;
      client.end();
      server.end();
    };
    server.on('error', () => {});
    for (const socket of [client, server]) socket.on('close', end);
    for (const socket of [client, server]) socket.on('end', end);
  }
}
