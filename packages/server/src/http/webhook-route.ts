import type { IncomingMessage, ServerResponse } from 'node:http';
import { said } from '@tessera/core';
import { z } from 'zod';
import type { Config } from '../config.js';
import type { Database } from '../db/database.js';
import { ImportBusy, importMessage, type Rescore, type RowMessage } from '../ingest/webhook-messages.js';
import { parseExactJson } from '../ingest/webhook-payload.js';
import { ensureShop, readShop } from '../shop-settings.js';
import { sendError, sendJson } from './respond.js';
import { isSigned } from './webhooks/signature.js';
import { WEBHOOK_SOURCES, type WebhookContent, type WebhookSource } from './webhooks/sources.js';

const LARGEST_BODY = 1_048_576;
const LONGEST_DELIVERY_ID = 200;
/** Senders give up after five seconds and come again. */
const ANSWER_WITHIN_MS = 4500;
const MINUTE_MS = 60_000;

/** @returns null when it is larger than a webhook may be; the rest is read and dropped, so that the sender hears the answer */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > LARGEST_BODY) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

const headerOf = (request: IncomingMessage, name: string | undefined) =>
  name === undefined ? '' : String(request.headers[name] ?? '');

/** Whether the sender's clock and ours agree on when it was sent; true where it does not say. */
function isRecent(request: IncomingMessage, source: WebhookSource, windowMinutes: number): boolean {
  const sentAt = headerOf(request, source.headers.sentAt);
  return sentAt === '' || Math.abs(Date.now() - Date.parse(sentAt)) <= windowMinutes * MINUTE_MS;
}

/** A signed message of an unknown shape is on record, as a row in quarantine. */
function readMessage(source: WebhookSource, topic: string, payload: unknown): WebhookContent {
  try {
    return source.read(topic, payload);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    const field = issue?.path.join('.') || 'message';
    return { groups: [{ entity: 'sales', rows: [{ field, value: '', reason: said('not-of-topic', { topic }) }] }] };
  }
}

/**
 * Answers `POST /webhooks/:source`: 401 with one same body for every signature that does not fit, 200 once the message is
 * stored or was before, 503 when it has to come again.
 */
export async function answerWebhook(
  request: IncomingMessage,
  response: ServerResponse,
  key: string,
  config: Config,
  database: Database,
  rescore: Rescore,
): Promise<void> {
  const source = WEBHOOK_SOURCES.find((candidate) => candidate.key === key);
  const secrets = source?.secrets(config) ?? [];
  if (source === undefined || secrets.length === 0) {
    return sendError(response, 'NOT_FOUND', 'there is nothing at this address');
  }
  const refuse = () => sendError(response, 'UNAUTHENTICATED', 'this webhook is not signed with a secret of this shop');
  const body = await readBody(request);
  if (body === null) return sendError(response, 'REQUEST_ENTITY_TOO_LARGE', 'a webhook is at most 1 MiB');
  if (source.isPing?.(request.headers, body) === true) return sendJson(response, 200, { ping: true });
  const { headers } = source;
  const id = headerOf(request, headers.delivery);
  const isOurs =
    isSigned(body, headerOf(request, headers.signature), secrets) &&
    isRecent(request, source, config.webhookWindowMinutes ?? 5) &&
    id !== '' &&
    id.length <= LONGEST_DELIVERY_ID;
  if (!isOurs) return refuse();

  const topic = headerOf(request, headers.topic);
  let payload: unknown;
  try {
    payload = parseExactJson(body.toString('utf8'));
  } catch {
    return sendError(response, 'BAD_REQUEST', 'this webhook is not JSON');
  }
  const content = readMessage(source, topic, payload);
  if ('ignored' in content) return sendJson(response, 200, content);
  const shop = (await readShop(database.sql)) ?? (await ensureShop(database.sql, config));
  const { platformOrder } = content;
  const message: RowMessage = {
    source: `${source.key} ${topic}`,
    format: `${source.key}-webhook`,
    groups: content.groups,
    delivery: { source: source.key, id },
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
