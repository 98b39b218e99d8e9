import { execFileSync, fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, unpackPackage } from '../installed-packages.js';

export interface Site {
  url: string;
  /** Runs PHP inside of WordPress. @returns what it prints */
  run(code: string): Promise<string>;
  /** @param file where PHP sees it */
  writeFile(file: string, content: string | Buffer): Promise<void>;
  /** What PHP and WordPress complained of so far. */
  complaints(): Promise<string[]>;
  close(): void;
}

/** Where WordPress is in the sites that are started here, as PHP sees it. */
export const ROOT = '/wordpress';

const WORDPRESS = {
  version: '0.9.19',
  integrity: 'sha512-dlqvh/MJDpE5W68vgPPKUjpip6zMuBh59L3D18ZX+pdwurC4q4ydrTww/3sTMV69BBcoH6kF93YtAtujNC5Mpw==',
  files: [
    'src/wordpress/wp-6.5.zip',
    'src/sqlite-database-integration/sqlite-database-integration.zip',
    'public/wp-6.5',
  ],
} as const;

/**
 * A real WordPress on real PHP with SQLite in the place of MySQL, all from npm: PHP runs as WebAssembly and its files are in
 * memory.
 */
export async function startWordPress(): Promise<Site> {
  const { version, integrity, files } = WORDPRESS;
  const sources = unpackPackage('@wp-playground/wordpress-builds', version, integrity, files);
  const child = fork(fileURLToPath(new URL('./serve.mjs', import.meta.url)), [
    installPackages('wordpress', '--omit=optional'),
    ...files.map((file) => path.join(sources, file)),
  ]);
  const waiting = new Map<number, { resolve(result: never): void; reject(error: Error): void }>();
  let count = 0;
  const answered = <T>(id: number) => new Promise<T>((resolve, reject) => waiting.set(id, { resolve, reject }));
  const ask = <T>(name: string, ...values: string[]): Promise<T> => {
    const answer = answered<T>(++count);
    child.send({ id: count, ask: name, values });
    return answer;
  };
  child.on('message', ({ id, result, error }: { id: number; result: never; error?: string }) => {
    const { resolve, reject } = waiting.get(id)!;
    waiting.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(error));
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`WordPress ended with ${code}`));
  });
  return {
    url: await answered(0),
    run: (code) => ask('run', code),
    writeFile: (file, content) => ask('writeFile', file, Buffer.from(content).toString('base64')),
    complaints: () => ask('complaints'),
    close: () => child.disconnect(),
  };
}

/** What the oldest PHP that the plugin is for cannot read. */
export function syntaxErrors(files: readonly string[]): { version: string; errors: string[] } {
  const script = fileURLToPath(new URL('./read-php.mjs', import.meta.url));
  return JSON.parse(
    execFileSync(process.execPath, [script, installPackages('wordpress', '--omit=optional'), ...files], {
      encoding: 'utf8',
    }),
  );
}

export function phpText(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}

/** Every file below a folder, by its path in it. */
export function filesBelow(folder: string): Record<string, Buffer> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(folder, file).split(path.sep).join('/'), readFileSync(file)]),
  );
}

export const wooCommerceDouble = readFileSync(
  fileURLToPath(new URL('./woocommerce-double.php', import.meta.url)),
  'utf8',
);
