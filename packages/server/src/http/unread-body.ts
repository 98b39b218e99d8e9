import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long a sender may take to read why it was refused before its connection is cut. */
const FAREWELL_MS = 500;

/** What is on its way already when the answer leaves: reading it costs less than a new connection. */
const SMALL_BODY = 65_536;

const mayBeLarge = ({ headers }: IncomingMessage) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > SMALL_BODY;

/**
 * Whoever is answered before their large body has come is told that the connection ends, and nothing more of them is read. The
 * connection ends at once on our side; it is cut a moment later, as a cut would take the answer with it.
 */
export function hangUpOnUnread(request: IncomingMessage, response: ServerResponse): void {
  if (!mayBeLarge(request)) return;
  const { writeHead } = response;
  response.writeHead = ((...given: Parameters<typeof writeHead>) => {
    if (!request.complete) hangUp(request, response);
    return writeHead.apply(response, given);
  }) as typeof writeHead;
}

function hangUp(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = response;
  // Nobody is there any more.
  if (socket === null) return;
  response.setHeader('connection', 'close');
  // Node reads on and drops what nobody has begun to read; of what was begun it reads no more than it may keep.
  request.read(0);
  // What Node calls once the answer is written: it would cut at once.
  socket.destroySoon = () => {
    socket.end();
    const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
    socket.once('close', () => clearTimeout(timer));
  };
}
