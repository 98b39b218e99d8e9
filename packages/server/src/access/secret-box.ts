import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../config.js';
import { codeOf, UserError } from '../errors.js';

const FILE = 'secrets.key';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals what has to be stored and read again, with a key that is not in the database: a signing secret must be at hand
 * to check a signature, and a dump of the database must not hold it. AES-256-GCM; the key's id is authenticated with it.
 */
export class SecretBox {
  #key: Promise<Buffer> | undefined;

  /** The key is `secretsKey`, else the file `secrets.key` of the data folder, which is made at first use. */
  constructor(private readonly config: Pick<Config, 'dataDir' | 'secretsKey'>) {}

  async seal(secret: string, id: string): Promise<string> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', await this.#readKey(), nonce).setAAD(Buffer.from(id));
    return Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
      'base64url',
    );
  }

  /** @returns null when it was sealed with another key, or changed */
  async open(sealed: string, id: string): Promise<string | null> {
    const bytes = Buffer.from(sealed, 'base64url');
    const tag = bytes.subarray(-TAG_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', await this.#readKey(), bytes.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(id))
        .setAuthTag(tag);
      return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    } catch (error) {
      if (error instanceof UserError) throw error;
      return null;
    }
  }

  #readKey(): Promise<Buffer> {
    this.#key ??= this.#findKey().then((text) =>
      Buffer.from(hkdfSync('sha256', text, '', 'tessera signing secrets', 32)),
    );
    return this.#key;
  }

  async #findKey(): Promise<string> {
    const { secretsKey, dataDir } = this.config;
    if (secretsKey !== undefined) return secretsKey;
    const file = path.resolve(dataDir, FILE);
    try {
      await mkdir(dataDir, { recursive: true });
      // Whoever comes second reads what the first one wrote.
      await writeFile(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') {
        throw new UserError(
          `cannot write ${FILE} into the data folder ${dataDir} (${codeOf(error)}): make it writable, or set TESSERA_SECRETS_KEY`,
          1,
          { cause: error },
        );
      }
    }
    return (await readFile(file, 'utf8')).trim();
  }
}
