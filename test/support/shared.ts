import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, test } from 'vitest';

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

/** The sets of the tests at work. Others are not read: such a test would fail where its set is missing. */
const atWork: DataSet[] = [];

/**
 * A file or a whole folder of the reference data: the project's own copy where it has one, else the one of the folder beside
 * the project.
 * @throws Error where neither has it, and for a set beside the project outside of its `describeWithSet` or `testWithSet`
 */
export function sharedPath(...parts: string[]): string {
  const place = parts.join('/');
  const own = path.join(fixturesFolder, place);
  if (existsSync(own)) return own;
  const sets = Object.entries(SETS_BESIDE_PROJECT) as [SetBesideProject, string][];
  const [set] = sets.find(([, of]) => place === of || place.startsWith(`${of}/`)) ?? [];
  if (set === undefined) {
    throw new Error(`${place} is neither in test/fixtures nor of a set on the list of test/support/shared.ts`);
  }
  if (!atWork.includes(set)) throw new Error(`${place} is read by describeWithSet('${set}') or testWithSet('${set}')`);
  return path.join(sharedFolder, place);
}

/** A JSON file of the reference data. @throws Error as `sharedPath` */
export function sharedJson<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(sharedPath(...parts), 'utf8')) as T;
}

/** A case of a test that reads a data set. */
type Case = DataSet | { readonly set: DataSet };

const setOf = (each: Case) => (typeof each === 'string' ? each : each.set);

/** Where the set must be and is not, as a sentence; undefined for a set that is there or belongs to the project. */
function absenceOf(each: Case): string | undefined {
  const set = setOf(each);
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

const begin = (each: Case) => void atWork.push(setOf(each));
const end = (each: Case) => void atWork.splice(atWork.indexOf(setOf(each)), 1);

/**
 * `describe.for` of one or several cases that are or name a data set. Where a set is missing nothing in its case runs, and
 * one skipped test says so.
 */
export function describeWithSet<T extends Case>(cases: T | readonly T[]) {
  const all = [cases].flat() as T[];
  return (title: string, body: (each: T) => void): void => {
    describe.for(all.filter((each) => absenceOf(each) === undefined))(title, (each) => {
      beforeAll(() => begin(each));
      afterAll(() => end(each));
      begin(each);
      body(each);
      end(each);
    });
    standIn(all, title);
  };
}

/** `test.for` of one or several cases that are or name a data set. */
export function testWithSet<T extends Case>(cases: T | readonly T[]) {
  const all = [cases].flat() as T[];
  return (title: string, body: (each: T) => void | Promise<void>, timeoutMs?: number): void => {
    const options = { timeout: timeoutMs };
    test.for(all.filter((each) => absenceOf(each) === undefined))(title, options, async (each) => {
      begin(each);
      try {
        await body(each);
      } finally {
        end(each);
      }
    });
    standIn(all, title);
  };
}
