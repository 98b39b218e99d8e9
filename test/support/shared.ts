import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';

const here = path.dirname(fileURLToPath(import.meta.url));

/** Small things with a stated source stand in the project; its README says what each is. */
export const fixturesFolder = path.resolve(here, '../fixtures');

/** Large sets, and sets without a stated licence, stand in a folder beside the project that not everybody has. */
export const sharedFolder = path.resolve(here, '../../../shared');

const SETS_IN_PROJECT = ['cdnow-sample', 'rfm-orders', 'wholesale'] as const;

const SETS_BESIDE_PROJECT = {
  'cdnow-master': 'data/cdnow/cdnow_master.csv.gz',
  groceries: 'data/groceries',
  'marketing-campaign': 'data/marketing-campaign',
  'online-retail': 'data/online-retail',
  originals: 'reference',
  'thelook-gen': 'data/thelook-gen',
  'thelook-seed003-form': 'data/thelook-seed003-form',
  'thelook-subset': 'data/thelook-subset',
} as const;

type SetBesideProject = keyof typeof SETS_BESIDE_PROJECT;

/** A data set that tests read. */
export type DataSet = (typeof SETS_IN_PROJECT)[number] | SetBesideProject;

declare module 'vitest' {
  interface TaskMeta {
    /** What the test was skipped for; `scripts/test.mjs` prints it. */
    missingSet?: string;
  }
}

/**
 * A file or a whole folder of the reference data: the project's own copy where it has one, else the one of the folder beside
 * the project. What only that folder has is read inside `describeWithSet` or `testWithSet`.
 * @throws Error where neither has it
 */
export function sharedPath(...parts: string[]): string {
  const found = [fixturesFolder, sharedFolder].map((folder) => path.join(folder, ...parts)).find(existsSync);
  if (found === undefined) {
    throw new Error(
      `this test reads ${parts.join('/')}, which neither test/fixtures nor the folder "shared" beside the project has`,
    );
  }
  return found;
}

/** A JSON file of the reference data. @throws Error where there is none */
export function sharedJson<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(sharedPath(...parts), 'utf8')) as T;
}

/** A case of a test that reads a data set. */
type Case = DataSet | { readonly set: DataSet };

/** Where the set must be and is not, as a sentence; undefined for a set that is there or belongs to the project. */
function absenceOf(each: Case): string | undefined {
  const set = typeof each === 'string' ? each : each.set;
  if (!(set in SETS_BESIDE_PROJECT)) return undefined;
  const place = SETS_BESIDE_PROJECT[set as SetBesideProject];
  return existsSync(path.join(sharedFolder, place)) ? undefined : `needs the set ${set} in ../shared/${place}`;
}

/** In the place of tests without their set: one a case that is skipped, or that fails where REQUIRE_SHARED_DATA is set. */
function standIn<T extends Case>(cases: readonly T[], title: string): void {
  test.for(cases.filter((each) => absenceOf(each) !== undefined))(title, (each, { skip, task }) => {
    const missingSet = absenceOf(each)!;
    if (process.env.REQUIRE_SHARED_DATA) throw new Error(missingSet);
    task.meta.missingSet = missingSet;
    skip(missingSet);
  });
}

/**
 * `describe.for` of one or several cases that are or name a data set. Where a set is missing nothing in its case runs, and
 * one skipped test says so.
 */
export function describeWithSet<T extends Case>(cases: T | readonly T[]) {
  const all = [cases].flat() as T[];
  return (title: string, body: (each: T) => void): void => {
    describe.for(all.filter((each) => absenceOf(each) === undefined))(title, body);
    standIn(all, title);
  };
}

/** `test.for` of one or several cases that are or name a data set. */
export function testWithSet<T extends Case>(cases: T | readonly T[]) {
  const all = [cases].flat() as T[];
  return (title: string, body: (each: T) => void | Promise<void>, timeoutMs?: number): void => {
    const options = { timeout: timeoutMs };
    test.for(all.filter((each) => absenceOf(each) === undefined))(title, options, (each) => body(each));
    standIn(all, title);
  };
}
