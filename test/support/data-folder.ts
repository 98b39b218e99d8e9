import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';

/** Where the database of a data folder stands: outside of it where its server could not enter it, as under a private TMPDIR. */
export async function homeOfData(folder: string): Promise<string> {
  const noted = await readFile(path.join(folder, 'postgres.home'), 'utf8').catch(() => null);
  return noted?.trim() ?? path.join(folder, 'postgres');
}

/** Removes a data folder and its database, wherever that stands. Its server has ended before. */
export async function removeDataFolder(folder: string): Promise<void> {
  const home = await homeOfData(folder);
  for (const each of [home, folder]) await rm(each, { recursive: true, force: true, maxRetries: 3 });
}
