import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Reads `src/data/documents/*.graphql` and keeps two files: `persisted-operations.json`, the texts by their SHA-256 that
 * the server answers to browsers, and `src/data/operations.generated.ts`, what the elements send. An entry of the first
 * is never taken out: pages with an older script go on asking by its hashes.
 */
export function writeOperations(packageFolder) {
  const documents = path.join(packageFolder, 'src/data/documents');
  const operations = readdirSync(documents)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(documents, file), 'utf8').replace(/\s+/g, ' ').trim();
      const hash = createHash('sha256').update(text).digest('hex');
      return { name: file.replace('.graphql', '').replaceAll('-', '_').toUpperCase(), text, hash };
    });

  const persistedFile = path.join(packageFolder, 'persisted-operations.json');
  const persisted = existsSync(persistedFile) ? JSON.parse(readFileSync(persistedFile, 'utf8')) : {};
  for (const { hash, text } of operations) persisted[hash] = text;
  writeWhenOther(persistedFile, `${JSON.stringify(persisted, null, 2)}\n`);

  const lines = operations.map(({ name, hash }) => `export const ${name} = '${hash}';`);
  writeWhenOther(
    path.join(packageFolder, 'src/data/operations.generated.ts'),
    `// Written by the build from documents/*.graphql.\n${lines.join('\n')}\n`,
  );
}

/** Leaves a file alone that is as it should be: several builds may run at once. */
function writeWhenOther(file, content) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== content) writeFileSync(file, content);
}
