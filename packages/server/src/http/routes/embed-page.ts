import type { ServerResponse } from 'node:http';
import path from 'node:path';
import type { KeyRing } from '../../access/keys/key-ring.js';
import { pagePolicy, sendError } from '../respond.js';
import { sendFile, WIDGET_FOLDER } from './static-files.js';

const FOLDER = path.join(WIDGET_FOLDER, 'crm', 'embed');
const PAGE = 'customer';
/** The page itself goes out under its policy only, at its own address. */
const SCRIPT_OR_STYLE = /\.(js|css)$/;

/**
 * Answers `/embed/customer`, the page for the frames of CRM systems, and what it loads. It holds nothing of the shop: its
 * host gives it a token. Only pages that could carry such a token themselves may frame it.
 */
export async function answerEmbed(response: ServerResponse, name: string, keys: KeyRing): Promise<void> {
  if (name === PAGE) {
    const hosts = (await keys.current()).agentOrigins();
    return sendFile(response, FOLDER, `${PAGE}.html`, {
      // Who may frame it changes with the keys, and a browser keeps the policy of the answer that it has.
      'cache-control': 'no-store',
      'content-security-policy': pagePolicy(hosts),
    });
  }
  if (!SCRIPT_OR_STYLE.test(name)) return sendError(response, 'NOT_FOUND', 'there is no such page');
  return sendFile(response, FOLDER, name);
}
