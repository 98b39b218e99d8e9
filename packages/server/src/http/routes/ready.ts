import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../db/database.js';
import { readCurrentRunId } from '../../db/queries/runs/current-run.js';
import { RETRY_LATER } from '../../errors.js';
import { sendJson } from '../respond.js';

/** A supervisor that asks whether the database is there is answered within this. */
const READY_TIMEOUT_MS = 3000;

/** Whether the server can answer: the database is there and the shop is scored. */
export async function answerReady(response: ServerResponse, database: Database): Promise<void> {
  const timeout = new AbortController();
  try {
    const asked = readCurrentRunId(database.reader).then((runId) => ({ runId }));
    const late = sleep(READY_TIMEOUT_MS, null, { signal: timeout.signal });
    // Whichever loses the race has nobody left who hears of its failure.
    for (const each of [asked, late]) each.catch(() => {});
    const found = await Promise.race([asked, late]);
    if (found === null) throw new Error(`the database gave no answer within ${READY_TIMEOUT_MS} ms`);
    sendJson(response, 200, { status: 'ready', scored: found.runId !== null });
  } catch {
    sendJson(response, 503, { status: 'database unavailable' }, RETRY_LATER);
  } finally {
    timeout.abort();
  }
}
