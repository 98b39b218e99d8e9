import { readFileSync } from 'node:fs';
import {
  DEFAULT_PLAYBOOK,
  InvalidInputError,
  type KnownSegments,
  type Playbook,
  parsePlaybook,
  SEGMENTATIONS,
} from '@tessera/core';
import { codeOf, UserError } from '../errors.js';
import type { RunSnapshot } from '../runs/snapshot.js';

/**
 * The shop's own playbook, or without one that which is shipped.
 * @param file a JSON file; undefined for none
 * @param known the segments that actions may name
 * @throws UserError with every mistake and its place
 */
export function readPlaybook(file: string | undefined, known: KnownSegments): Playbook {
  if (file === undefined) return DEFAULT_PLAYBOOK;
  const where = `the playbook ${file} (TESSERA_PLAYBOOK)`;
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason =
      codeOf(error) === '' ? 'is not JSON' : codeOf(error) === 'ENOENT' ? 'is not there' : 'cannot be read';
    throw new UserError(`${where} ${reason}`, 2, { cause: error });
  }
  try {
    return parsePlaybook(given, known);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new UserError(`${where} cannot be used: ${error.message}`, 2);
  }
}

/** The segments that a playbook can be checked against: those of the run that readers see; learned ones change from run to run. */
export function knownSegments(run: RunSnapshot | null): KnownSegments {
  const named = new Set(['rfm', 'value']);
  if (run === null) return new Map(SEGMENTATIONS.map(({ key }) => [key, null]));
  return new Map(
    run.segmentations.map(({ model, segments }) => [
      model.key,
      named.has(model.key) ? segments.map(({ key }) => key) : null,
    ]),
  );
}
