import type { IncomingMessage, ServerResponse } from 'node:http';
import { said } from '@tessera/core';
import { z } from 'zod';
import type { Refusals } from '../../access/refusals.js';
import type { Config } from '../../config.js';
import type { Database } from '../../db/database.js';
import { readShop } from '../../db/queries/shop/settings.js';
import type { ErrorCode } from '../../errors.js';
import type { WebhookContent, WebhookSource } from '../../ingest/platforms/source.js';
import { WEBHOOK_SOURCES } from '../../ingest/platforms/sources.js';
import { ImportBusy, importMessage, type Rescore, type RowMessage } from '../../ingest/webhooks/messages.js';
import { parseExactJson } from '../../ingest/webhooks/payload.js';
import { couldSign, isSigned } from '../../ingest/webhooks/signature.js';
import { ensureShop } from '../../settings/shop.js';
import { sendError, sendJson } from '../respond.js';
import type { TrustedProxies } from '../trusted-proxies.js';

const LARGEST_BODY = 1_048_576;
/** Of a message that cannot be signed: a ping. */
const LARGEST_UNSIGNED = 100;
const LONGEST_DELIVERY_ID = 200;
/** Senders give up after five seconds and come again. */
const ANSWER_WITHIN_MS = 4500;
const MINUTE_MS = 60_000;
/** Shopify tries for 4 hours and keeps the time of the first attempt; beside them, clocks that differ and the way itself. */
const DEFAULT_WINDOW_MINUTES = 250;
/** How far the sender's clock may be ahead of ours. */
const LARGEST_LEAD_MS = 5 * MINUTE_MS;

/** @returns null when it is larger than `most` bytes; no more of it is read */
async function readBody(request: IncomingMessage, most: number): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > most) return null;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > most) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

const headerOf = (request: IncomingMessage, name: string | undefined) =>
  name === undefined ? '' : String(request.headers[name] ?? '');

/** Whether it was sent within the window, where it says when; a window in minutes. */
function isRecent(request: IncomingMessage, source: WebhookSource, windowMinutes: number): boolean {
  const sentAt = headerOf(request, source.headers.sentAt);
  if (sentAt === '') return true;
  const age = Date.now() - Date.parse(sentAt);
  return age >= -LARGEST_LEAD_MS && age <= windowMinutes * MINUTE_MS;
}

/** A signed message of an unknown shape is on record, as a row in quarantine. */
function readMessage(source: WebhookSource, topic: string, payload: unknown): WebhookContent & { isUnread?: true } {
  try {
    return source.read(topic, payload);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    const field = issue?.path.join('.') || 'message';
    const row = { field, value: '', reason: said('not-of-topic', { topic }) };
    return { groups: [{ entity: 'sales', rows: [row] }], isUnread: true };
  }
}

/** What a webhook is answered with. */
export interface WebhookServices {
  readonly config: Config;
  readonly database: Database;
  readonly rescore: Rescore;
  readonly proxies: TrustedProxies;
  readonly refusals: Refusals;
}

/** A body that cannot be signed is not read, except for a ping. @returns the answer's error where it cannot be taken */
async function readSigned(
  request: IncomingMessage,
  source: WebhookSource,
  secrets: readonly string[],
  windowMinutes: number,
): Promise<Buffer | 'ping' | ErrorCode> {
  const signature = headerOf(request, source.headers.signature);
  const maySign = couldSign(signature);
  const body = await readBody(request, maySign ? LARGEST_BODY : LARGEST_UNSIGNED);
  if (body === null) return maySign ? 'REQUEST_ENTITY_TOO_LARGE' : 'UNAUTHENTICATED';
  if (source.isPing?.(request.headers, body) === true) return 'ping';
  const id = headerOf(request, source.headers.delivery);
  const isOurs =
    isSigned(body, signature, secrets) &&
    isRecent(request, source, windowMinutes) &&
    id !== '' &&
    id.length <= LONGEST_DELIVERY_ID;
  return isOurs ? body : 'UNAUTHENTICATED';
}

const REFUSALS: Partial<Record<ErrorCode, string>> = {
  UNAUTHENTICATED: 'this webhook is not signed with a secret of this shop',
  REQUEST_ENTITY_TOO_LARGE: 'a webhook is at most 1 MiB',
};

/**
 * Answers `POST /webhooks/:source`: 401 with one same body for every signature that does not fit, 429 when an address sends
 * too many of those, 200 once the message is stored or was before, 503 when it has to come again.
 */
export async function answerWebhook(
  request: IncomingMessage,
  response: ServerResponse,
  key: string,
  { config, database, rescore, proxies, refusals }: WebhookServices,
): Promise<void> {
  const source = WEBHOOK_SOURCES.find((candidate) => candidate.key === key);
  const secrets = source?.secrets(config) ?? [];
  if (source === undefined || secrets.length === 0) {
    return sendError(response, 'NOT_FOUND', 'there is nothing at this address');
  }
  const address = proxies.addressOf(request);
  let body: Awaited<ReturnType<typeof readSigned>>;
  try {
    body = await readSigned(request, source, secrets, config.webhookWindowMinutes ?? DEFAULT_WINDOW_MINUTES);
  } catch (error) {
    // A sender that went away hears no answer.
    if (request.destroyed && !request.complete) return;
    throw error;
  }
  if (body === 'ping') return sendJson(response, 200, { ping: true });
  if (typeof body === 'string') {
    refusals.take(address);
    return sendError(response, body, REFUSALS[body] ?? 'this webhook cannot be taken');
  }

  const id = headerOf(request, source.headers.delivery);
  const topic = headerOf(request, source.headers.topic);
  let payload: unknown;
  try {
    // Bytes that are no UTF-8 would all be read as one and the same sign, in ids too.
    payload = parseExactJson(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return sendError(response, 'BAD_REQUEST', 'this webhook is not JSON');
  }
  const content = readMessage(source, topic, payload);
  if ('ignored' in content) return sendJson(response, 200, content);
  if ('refused' in content) return sendError(response, 'BAD_REQUEST', content.refused);
  const shop = (await readShop(database.sql)) ?? (await ensureShop(database.sql, config));
  const { platformOrder } = content;
  const message: RowMessage = {
    source: `${source.key} ${topic}`,
    format: `${source.key}-webhook`,
    groups: content.groups,
    // Under another topic the same delivery may be read yet: the topic is not signed.
    delivery: { source: content.isUnread === true ? `${source.key} unread` : source.key, id },
    platformOrder: platformOrder === undefined ? undefined : { source: source.key, ...platformOrder },
  };
  await answerStored(response, importMessage(database.sql, message, shop, rescore));
}

/** Answers with what became of a message; one that takes too long goes on and is a duplicate when it comes again. */
async function answerStored(response: ServerResponse, stored: ReturnType<typeof importMessage>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ImportBusy('the tables are busy')), ANSWER_WITHIN_MS);
  });
  try {
    const report = await Promise.race([stored, tooLong]);
    if (report === null) return sendJson(response, 200, { duplicate: true });
    const { importId, read, kept, repaired, quarantined, inserted, updated, unchanged } = report;
    const counts = { read, kept, repaired, quarantined, inserted, updated, unchanged };
    sendJson(response, 200, { duplicate: false, importId, ...counts });
  } catch (error) {
    if (!(error instanceof ImportBusy)) throw error;
    stored.catch(() => {});
    sendError(response, 'SERVICE_UNAVAILABLE', 'a large import is at work: send this webhook again');
  } finally {
    clearTimeout(timer);
  }
}
