import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const sharedFolder = path.resolve(fileURLToPath(import.meta.url), '../../../../shared');

/** The reference data beside the project. Tests that need it fail with this sentence where it is missing. */
export function sharedPath(...parts: string[]): string {
  const found = path.join(sharedFolder, ...parts);
  if (!existsSync(found)) {
    throw new Error(
      `this test reads real data from ${found}, which is not there: put the shared folder beside the project`,
    );
  }
  return found;
}

export function sharedJson<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(sharedPath(...parts), 'utf8')) as T;
}
