import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import {
  createKey,
  DEFAULT_OVERLAP_HOURS,
  KeyRefusal,
  type MadeKey,
  revokeKey,
  rotateKey,
} from '../access/keys/keys.js';
import { SCOPES } from '../access/scopes.js';
import { SecretBox } from '../access/secret-box.js';
import { BREADTH_FORM } from '../breadth-limits.js';
import { type ApiKeyRow, readKeys } from '../db/queries/access/api-keys.js';
import { KEY_KINDS } from '../db/tables.js';
import { codeOf, UserError } from '../errors.js';
import { type CommandContext, commandContext, makeCommand, withDatabase } from './command.js';

const ACTIONS = ['list', 'create', 'rotate', 'revoke'] as const;
const DAY_MS = 86_400_000;

const list = (given: unknown): string[] =>
  typeof given === 'string'
    ? given
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    : [];
const text = (given: unknown) => (typeof given === 'string' ? given : null);

function numberOf(option: string, given: unknown, least: number): number | null {
  if (given === undefined) return null;
  const number = Number(given);
  if (!/^\d{1,6}(\.\d{1,3})?$/.test(String(given)) || number < least) {
    throw new UserError(`--${option} "${given}" is not a number from ${least}`, 2);
  }
  return number;
}

async function readPublicKey(file: string | null): Promise<string | null> {
  if (file === null) return null;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`--public-key "${file}" cannot be read (${codeOf(error)})`, 2, { cause: error });
  }
}

const stateOf = ({ revoked, expiresAt }: ApiKeyRow) => {
  if (revoked) return 'revoked';
  if (expiresAt === null) return 'counts';
  return expiresAt.getTime() > Date.now() ? `counts until ${expiresAt.toISOString()}` : 'expired';
};

const keyLine = (key: ApiKeyRow) =>
  [key.id, key.kind, `"${key.title}"`, `${key.prefix}...`, key.scopes.join(' '), key.origins.join(' '), stateOf(key)]
    .filter((part) => part !== '')
    .join('  ');

/** The text of a key goes where it can be piped on; nothing else stands with it. */
function reportMade({ report, note }: CommandContext, { key, secret }: MadeKey): void {
  const { verifier: _, ...shown } = key;
  note(`${keyLine(key)}\n${secret === null ? 'Sign with your private key.' : 'Shown this once:'}`);
  if (key.algorithm !== null) note(`Tokens name it as "kid": ${key.id} (docs/access.md)`);
  report({ ...shown, secret }, () => (secret === null ? [key.id] : [secret]));
}

export const keysCommand = makeCommand('keys')
  .argument('[action]', `${ACTIONS.join(', ')} [list]`)
  .argument('[id]', 'of the key to rotate or revoke')
  .addOption(new Option('--kind <kind>', 'what the new key is for').choices(KEY_KINDS))
  .option('--title <text>', 'where the new key is used, for people')
  .option('--scopes <list>', `what it may do, parted by commas: ${Object.keys(SCOPES).join(', ')}`)
  .option('--origins <list>', 'the sites whose pages may carry it, parted by commas: https://shop.example')
  .option('--expires-in <days>', 'when the new key ends; never without it')
  .option('--public-key <file>', 'PEM: tokens are signed with your own private key, and nothing secret is stored')
  .option('--breadth <limits>', `how many different customers it, or each of its agents, may read: ${BREADTH_FORM}`)
  .option('--overlap <hours>', `how long the old key goes on after a rotation [${DEFAULT_OVERLAP_HOURS}]`)
  .option('--agent <subject>', 'revoke only the tokens of this agent')
  .action(async (action: string | undefined, id: string | undefined) => {
    const context = commandContext(keysCommand);
    const { config, options, report } = context;
    const asked = ACTIONS.find((each) => each === (action ?? 'list'));
    if (asked === undefined) throw new UserError(`"${action}" is none of ${ACTIONS.join(', ')}`, 2);
    const needsId = asked === 'rotate' || asked === 'revoke';
    if (needsId !== (id !== undefined)) {
      throw new UserError(
        needsId ? `${asked} needs the id of a key: tessera keys lists them` : `${asked} takes no id`,
        2,
      );
    }
    const days = numberOf('expires-in', options.expiresIn, 0.001);
    const expiresAt = days === null ? null : new Date(Date.now() + days * DAY_MS);
    const overlapHours = numberOf('overlap', options.overlap, 0);
    const publicKey = await readPublicKey(text(options.publicKey));
    if (asked === 'create' && (text(options.kind) === null || text(options.title) === null)) {
      throw new UserError(`create needs --kind (${KEY_KINDS.join(', ')}) and --title`, 2);
    }
    await withDatabase(config, async ({ sql }) => {
      const office = { sql, secrets: new SecretBox(config), actor: { actor: 'command line' } };
      try {
        if (asked === 'list') {
          const keys = (await readKeys(sql)).map(({ verifier: _, ...shown }) => shown);
          report(keys, () =>
            keys.length === 0 ? ['no keys yet'] : keys.map((key) => keyLine({ ...key, verifier: null })),
          );
        } else if (asked === 'create') {
          const input = {
            kind: text(options.kind) ?? '',
            title: text(options.title) ?? '',
            scopes: list(options.scopes),
            origins: list(options.origins),
            expiresAt,
            publicKey,
            breadth: text(options.breadth),
          };
          reportMade(context, await createKey(office, input));
        } else if (asked === 'rotate') {
          reportMade(context, await rotateKey(office, id ?? '', { overlapHours, publicKey, expiresAt }));
        } else {
          const { verifier: _, ...key } = await revokeKey(office, id ?? '', text(options.agent));
          report(key, () => [keyLine({ ...key, verifier: null })]);
        }
      } catch (error) {
        if (error instanceof KeyRefusal) throw new UserError(error.message, error.code === 'KEY_INVALID' ? 2 : 1);
        throw error;
      }
    });
  });
