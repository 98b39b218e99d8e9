import type { ServerResponse } from 'node:http';
import type { Database } from '../../db/database.js';
import { readCurrentRunId } from '../../db/queries/runs/current-run.js';
import { RETRY_LATER } from '../../errors.js';
import { sendJson } from '../respond.js';

/** Whether the server can answer: the database is there and the shop is scored. */
export async function answerReady(response: ServerResponse, database: Database): Promise<void> {
  try {
    const scored = (await readCurrentRunId(database.reader)) !== null;
    sendJson(response, 200, { status: 'ready', scored });
  } catch {
    sendJson(response, 503, { status: 'database unavailable' }, RETRY_LATER);
  }
}
