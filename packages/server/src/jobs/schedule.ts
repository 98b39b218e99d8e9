import { Cron } from 'croner';
import type { Config } from '../config.js';
import type { Sql } from '../db/database.js';
import { hasFreshImport } from '../db/queries/jobs/fresh-imports.js';
import {
  addDefaultSchedule,
  lockSchedule,
  readSchedule,
  type Schedule,
  saveSchedule,
  setNextAt,
} from '../db/queries/jobs/schedules.js';
import { readShop, type Shop } from '../db/queries/shop/settings.js';
import { UserError } from '../errors.js';
import { requestRun } from './requests.js';
import { scoreTask } from './tasks/score.js';

/** Daily at 3. */
export const DEFAULT_PATTERN = '0 3 * * *';
export const SCHEDULE_OFF = 'off';
const TIME_OF_DAY = /^([01]?\d|2[0-3]):([0-5]\d)$/;

/**
 * When the shop is scored by itself: `off`, a time of day (`03:00`), or five fields as cron reads them.
 * @returns the pattern; null for off @throws UserError
 */
export function parseSchedule(text: string): string | null {
  if (text === SCHEDULE_OFF) return null;
  const [, hour, minute] = TIME_OF_DAY.exec(text) ?? [];
  if (hour !== undefined) return `${Number(minute)} ${Number(hour)} * * *`;
  try {
    if (new Cron(text, { mode: '5-part', timezone: 'UTC' }).nextRun() !== null) return text;
  } catch {
    // Told below, in our words.
  }
  throw new UserError(
    `"${text}" is not a schedule: it reads 03:00, off, or five fields such as "0 3 * * *" (minute hour day month weekday)`,
    2,
  );
}

/** The next moments of a pattern after another, in the shop's zone: at most `count`. */
export const nextMoments = (pattern: string, timeZone: string, after: Date, count: number): Date[] =>
  new Cron(pattern, { mode: '5-part', timezone: timeZone }).nextRuns(count, after);

/** Makes the default schedule, or what the settings say in place of what was stored. */
export async function ensureSchedule(sql: Sql, { schedule }: Pick<Config, 'schedule'>): Promise<void> {
  if (schedule === undefined) return await addDefaultSchedule(sql, scoreTask.key, DEFAULT_PATTERN);
  await chooseSchedule(sql, schedule);
}

/** Stores when the shop is scored by itself. @throws UserError */
export async function chooseSchedule(sql: Sql, text: string): Promise<void> {
  const pattern = parseSchedule(text);
  const stored = await readSchedule(sql, scoreTask.key);
  const chosen = {
    task: scoreTask.key,
    pattern: pattern ?? stored?.pattern ?? DEFAULT_PATTERN,
    enabled: pattern !== null,
  };
  // The same again must not move its next moment.
  if (stored?.chosen && stored.pattern === chosen.pattern && stored.enabled === chosen.enabled) return;
  await saveSchedule(sql, chosen);
}

export interface ShownSchedule extends Schedule {
  /** Whether runs begin by themselves: a demo shop's do not until somebody chooses a schedule. */
  readonly isOn: boolean;
  readonly timeZone: string;
  /** Null while it is off. */
  readonly next: Date | null;
}

/** The schedule in force. */
export async function readShownSchedule(sql: Sql, now: Date): Promise<ShownSchedule> {
  const shop = await readShop(sql);
  const stored = (await readSchedule(sql, scoreTask.key)) ?? {
    task: scoreTask.key,
    pattern: DEFAULT_PATTERN,
    enabled: true,
    chosen: false,
    nextAt: null,
  };
  const timeZone = shop?.timeZone ?? 'UTC';
  const isOn = stored.enabled && (stored.chosen || shop?.kind !== 'demo');
  const next = isOn ? (stored.nextAt ?? nextMoments(stored.pattern, timeZone, now, 1)[0] ?? null) : null;
  return { ...stored, isOn, timeZone, next };
}

/**
 * Asks for a run when its moment has come, once however many servers look. A moment that passed while no server worked is made
 * up for. A clock that was set back does not bring the same moment again; one that had been far ahead does not hold runs back.
 * @returns whether a run was asked for
 */
export async function runBySchedule(sql: Sql, now: Date): Promise<boolean> {
  const shop = await readShop(sql);
  const seen = await readSchedule(sql, scoreTask.key);
  // A lock is a write: nobody takes one while there is nothing to do.
  if (shop === null || seen === null || turnOf(seen, shop, now).is === 'not-yet') return false;
  return sql.begin(async (transaction) => {
    const schedule = await lockSchedule(transaction, scoreTask.key);
    if (schedule === null) return false;
    const turn = turnOf(schedule, shop, now);
    if (turn.is === 'not-yet') return false;
    await setNextAt(transaction, scoreTask.key, turn.next);
    return turn.is === 'now' && (await requestRun(transaction, {}, 'schedule', now)).isNew;
  });
}

/** Whether a schedule's moment has come, and the one after it; `unknown` where the stored moment cannot be meant. */
function turnOf(
  { enabled, chosen, pattern, nextAt }: Schedule,
  { kind, timeZone }: Shop,
  now: Date,
): { readonly is: 'not-yet' } | { readonly is: 'now' | 'unknown'; readonly next: Date | null } {
  if (!enabled || (!chosen && kind === 'demo')) return { is: 'not-yet' };
  const [next = null, afterNext = null] = nextMoments(pattern, timeZone, now, 2);
  if (nextAt === null || (afterNext !== null && nextAt.getTime() > afterNext.getTime())) return { is: 'unknown', next };
  return nextAt.getTime() <= now.getTime() ? { is: 'now', next } : { is: 'not-yet' };
}

/** Asks for a run after a large import, where runs begin by themselves. @returns whether a run was asked for */
export async function runAfterImport(sql: Sql, now: Date): Promise<boolean> {
  if (!(await readShownSchedule(sql, now)).isOn || !(await hasFreshImport(sql))) return false;
  return sql.begin(async (transaction) => (await requestRun(transaction, {}, 'import', now)).isNew);
}
