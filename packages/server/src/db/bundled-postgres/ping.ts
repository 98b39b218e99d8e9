import net from 'node:net';
import path from 'node:path';

/** The version 3.0 of PostgreSQL's protocol, as a startup message names it. */
const PROTOCOL = 196_608;
/** What a server says that starts, recovers or shuts down. */
const CANNOT_CONNECT_NOW = '57P03';

/**
 * accepting: a session could begin. not yet: it starts, recovers or shuts down. silent: it takes the connection and says
 * nothing in time. nothing: nobody listens.
 */
export type Answer = 'accepting' | 'not yet' | 'silent' | 'nothing';

/** The SQLSTATE of an error message of the protocol; '' while it has not come whole. */
const stateOf = (message: Buffer) => /\0C([0-9A-Z]{5})\0/.exec(message.toString('latin1'))?.[1] ?? '';

/**
 * Asks a server whether it would take a session, as `pg_isready` does: it begins one and leaves before the password.
 * @param folder of its Unix socket
 * @param timeoutMs how long the whole question may take
 */
export function ping(folder: string, user: string, timeoutMs: number): Promise<Answer> {
  const body = Buffer.from(`user\0${user}\0database\0postgres\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(PROTOCOL, 4);
  return new Promise((resolve) => {
    const socket = net.connect(path.join(folder, '.s.PGSQL.5432'));
    const timer = setTimeout(() => finish('silent'), timeoutMs);
    let received = Buffer.alloc(0);
    const finish = (answer: Answer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EAGAIN') finish('silent');
      else finish(error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? 'nothing' : 'not yet');
    });
    socket.on('close', () => finish('not yet'));
    socket.on('connect', () => socket.write(Buffer.concat([head, body])));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const kind = received.subarray(0, 1).toString('latin1');
      const state = kind === 'E' ? stateOf(received) : '';
      if (kind === 'E' && state === '') return;
      // A refusal for another reason, such as too many sessions, comes from a server that works.
      finish(state === CANNOT_CONNECT_NOW ? 'not yet' : 'accepting');
    });
  });
}
