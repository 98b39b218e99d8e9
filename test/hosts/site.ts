import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export interface Served {
  status?: number;
  type?: string;
  content: string | Buffer;
}

export interface Site {
  /** By address and by name: two origins, and for a browser two sites. */
  readonly url: string;
  readonly namedUrl: string;
  close(): void;
}

export interface Asked {
  path: string;
  query: URLSearchParams;
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json',
};

/** A web site of its own origin; what its answer throws is a 404. */
export async function openSite(answer: (asked: Asked) => Promise<Served> | Served): Promise<Site> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { pathname, searchParams } = new URL(request.url!, 'http://site');
    try {
      const {
        status = 200,
        content,
        ...served
      } = await answer({
        path: pathname,
        query: searchParams,
        method: request.method!,
        headers: request.headers,
        body,
      });
      const type = served.type ?? TYPES[path.extname(pathname)] ?? TYPES['.html']!;
      response.writeHead(status, { 'content-type': type }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    namedUrl: `http://localhost:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
