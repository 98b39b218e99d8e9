import { createServer, type Server } from 'node:http';
import type { Config } from '../config.js';
import { codeOf, UserError } from '../errors.js';

/** @throws UserError when the address cannot be listened on */
export function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: `port ${port} is in use by another program: choose another with --port or PORT`,
        EACCES: `port ${port} needs more rights than this user has: choose one above 1024 with --port or PORT`,
        EADDRNOTAVAIL: `${host} is not an address of this machine: choose another with --host or HOST`,
        ENOTFOUND: `there is no host "${host}": choose another with --host or HOST`,
      };
      reject(
        new UserError(reasons[codeOf(error)] ?? `cannot listen on ${host}:${port} (${codeOf(error)})`, 1, {
          cause: error,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}

/** Finds out early whether an address can be listened on. @throws UserError when it cannot */
export async function checkAddress(config: Config): Promise<void> {
  const probe = createServer();
  await listen(probe, config);
  await new Promise((resolve) => probe.close(resolve));
}
