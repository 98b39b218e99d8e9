import { codeOf, RunBusy } from '../../../errors.js';
import type { Sql, Transaction } from '../../database.js';
import { isAlive, machineName, signatureOf } from '../../processes.js';
import type { runs } from '../../tables.js';
import { lockMerges } from '../imports/imports.js';
import { dropRecommendations } from '../recommendations/affinity.js';
import { SEGMENT_SUMS } from '../segments/segment-stats.js';
import { PROFILE_SCORES } from './profile-scores.js';
import { DISTINGUISHING_COLUMNS, PROFILE_FEATURE_COLUMNS } from './run-features.js';
import type { Connection, Workspace } from './workspace.js';

export type RunKind = (typeof runs.$inferSelect)['kind'];

const RUN_LOCK = 7_305_004;
/** The newest runs that stay readable; beside them each month's first. */
const RUNS_KEPT = 14;

/** Runs of the past lie below 0: `customer_profiles_before_5`. */
export const partition = (runId: number) =>
  runId < 0 ? `customer_profiles_before_${-runId}` : `customer_profiles_${runId}`;
/** The same in SQL. */
const PARTITION_OF = (id: string) => `'customer_profiles_' || replace(${id}::text, '-', 'before_')`;

/** In the name of a run's session: whose process it works for. */
const SESSION_NAME = 'tessera run';
const ORPHAN_ENDS_WITHIN_MS = 5000;

/**
 * Ends the session of a run whose process on this machine is dead: in a long statement it may not have noticed yet.
 * A run of another machine or container is left alone; its session notices by itself.
 */
async function endOrphanedRun(sql: Sql | Transaction): Promise<void> {
  const sessions = await sql<{ pid: number; name: string }[]>`
    select pid, application_name as name from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and classid = 0 and objid = ${RUN_LOCK} and objsubid = 1 and granted
      and database = (select oid from pg_database where datname = current_database())
      and application_name like ${`${SESSION_NAME} %`}`;
  for (const { pid, name } of sessions) {
    const [machine, ...signature] = name.slice(SESSION_NAME.length + 1).split(' ');
    if (machine !== machineName() || isAlive(signature.join(' '))) continue;
    await sql`select pg_terminate_backend(${pid}, ${ORPHAN_ENDS_WITHIN_MS})`;
  }
}

async function tryRunLock(session: Connection): Promise<boolean> {
  const [lock] = await session<{ taken: boolean }[]>`select pg_try_advisory_lock(${RUN_LOCK}) as taken`;
  return lock?.taken === true;
}

/**
 * One run at a time: two would compare themselves with the same run before. A run whose process was killed lets go
 * within a second, as its session looks for its client also in the middle of a statement.
 * @param session one of `openSession`, which holds the lock until it ends or gives it back with `unlockRun`
 */
export async function lockRun(session: Connection): Promise<void> {
  await session`
    select set_config('application_name', ${`${SESSION_NAME} ${machineName()} ${signatureOf(process.pid)}`}, false)`;
  // PostgreSQL on Windows cannot look, and refuses the setting.
  await session`
    select set_config('client_connection_check_interval', '1s', false) where version() !~* 'visual c|mingw|windows'`;
  if (await tryRunLock(session)) return;
  await endOrphanedRun(session);
  if (await tryRunLock(session)) return;
  const [other] = await session<{ id: number; step: string }[]>`
    select id::float8 as id, step from runs where state = 'running' order by id limit 1`;
  throw new RunBusy(`another run is in progress (run ${other?.id ?? '?'}, ${other?.step ?? 'starting'}): wait for it`);
}

export async function unlockRun(session: Connection): Promise<void> {
  await session`select pg_advisory_unlock(${RUN_LOCK})`;
}

/** What a run is made for. */
export interface NewRun {
  readonly asOf: Date;
  readonly kind: RunKind;
  readonly name: string | null;
  readonly options: Record<string, unknown>;
  readonly jobId: number | null;
}

/** @param waiting a run that was put on record before it could begin */
export async function startRun(sql: Sql, run: NewRun, waiting: number | null = null): Promise<number> {
  const { asOf, kind, name, jobId } = run;
  const options = sql.json(run.options as never);
  if (waiting !== null) {
    // Runs build on each other in the order of their numbers: one that others overtook gets a new number.
    const [adopted] = await sql<{ state: string }[]>`
      update runs w set as_of = ${asOf}, kind = ${kind}, options = ${options}, started_at = now(),
        state = case when o.overtaken then 'cancelled' else 'running' end,
        finished_at = case when o.overtaken then now() end,
        error = case when o.overtaken then 'another run was published first: this one goes on under a new number' end
      from (select exists (select from runs where id > ${waiting} and kind = 'current' and finished_at is not null
        and state in ('published', 'dropped')) as overtaken) as o
      where w.id = ${waiting} and w.state = 'waiting' returning w.state`;
    if (adopted?.state === 'running') return waiting;
  }
  const [row] = await sql<{ id: number }[]>`
    insert into runs (state, as_of, options, kind, name, job_id)
    values ('running', ${asOf}, ${options}, ${kind}, ${name}, ${jobId}) returning id::float8 as id`;
  return row!.id;
}

/** A run whose number is given: of a month before the shop's first run. One of that number that failed is made again. */
export async function startPastRun(sql: Sql, id: number, run: NewRun): Promise<number> {
  const { asOf, kind, name, jobId } = run;
  const options = sql.json(run.options as never);
  const rows = await sql`
    insert into runs as r (id, state, as_of, options, kind, name, job_id) overriding system value
    values (${id}, 'running', ${asOf}, ${options}, ${kind}, ${name}, ${jobId})
    on conflict (id) do update set state = 'running', as_of = excluded.as_of, options = excluded.options, name = excluded.name,
      job_id = excluded.job_id, started_at = now(), finished_at = null, progress = 0, step = 'starting', steps = '[]',
      error = null, failure = null, cancel_requested = false
      where r.state in ('failed', 'cancelled')`;
  if (rows.count === 0) throw new RunBusy('the same month is being scored by somebody else: wait for it');
  return id;
}

/** What is known of a run at work. */
export interface RunProgress {
  /** 0 to 1. */
  readonly progress: number;
  readonly step: string;
  readonly steps: readonly object[];
  readonly secondsLeft: number | null;
}

export async function noteProgress(sql: Sql, runId: number, at: RunProgress): Promise<void> {
  await sql`
    update runs set progress = ${at.progress}, step = ${at.step}, steps = ${sql.json(at.steps as never)},
      estimated_end = clock_timestamp() + make_interval(secs => ${at.secondsLeft}::float8)
    where id = ${runId} and state = 'running'`;
}

/** What each step of a published run took. */
export async function noteSteps(sql: Sql, runId: number, steps: readonly object[]): Promise<void> {
  await sql`update runs set steps = ${sql.json(steps as never)} where id = ${runId}`;
}

/** The reason of the run itself replaces what others made of its silence. */
export async function failRun(sql: Sql, runId: number, error: string, failure: string): Promise<void> {
  await sql`
    update runs set state = 'failed', finished_at = now(), error = ${error}, failure = ${failure}, estimated_end = null
    where id = ${runId} and state in ('running', 'failed')`;
}

/** Ends a run that somebody cancelled. */
export async function endCancelledRun(sql: Sql, runId: number): Promise<void> {
  await sql`
    update runs set state = 'cancelled', finished_at = now(), error = null, failure = null, estimated_end = null
    where id = ${runId} and state in ('running', 'failed')`;
}

export async function isRunCancelled(sql: Sql | Transaction, runId: number): Promise<boolean> {
  const [run] = await sql<{ cancelled: boolean }[]>`
    select cancel_requested as cancelled from runs where id = ${runId}`;
  return run?.cancelled === true;
}

/** The number of a session's server process. */
export async function processOf(session: Sql): Promise<number> {
  const [row] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row!.pid;
}

/** Breaks off the statement that another session is in. */
export async function breakOff(sql: Sql, pid: number): Promise<void> {
  await sql`select pg_cancel_backend(${pid})`;
}

/** Leaves the machine to those who wait for an answer: no helpers beside the session's own process. */
export async function yieldToReaders(session: Sql): Promise<void> {
  await session`select set_config('max_parallel_workers_per_gather', '0', false),
    set_config('max_parallel_maintenance_workers', '0', false)`;
}

/** Runs that failed and left rows or a table behind: what they had written before they would have been published. */
async function runsWithRemains(connection: Connection): Promise<number[]> {
  const rows = await connection<{ id: number }[]>`
    select id::float8 as id from runs r where state in ('failed', 'cancelled') and (
      to_regclass(${connection.unsafe(PARTITION_OF('id'))}) is not null
      or exists (select from item_affinity where run_id = r.id)
      or exists (select from popular_products where run_id = r.id))`;
  return rows.map(({ id }) => id);
}

/** The caller holds the lock of runs: who is said to be at work beside him is not. @param runId the caller's own run */
async function clearInterrupted(transaction: Transaction, runId: number | null): Promise<void> {
  await transaction`
    update runs set state = case when cancel_requested then 'cancelled' else 'failed' end, finished_at = now(),
      estimated_end = null, failure = case when not cancel_requested then 'interrupted' end,
      error = case when not cancel_requested then 'interrupted: its process ended before it was published' end
    where state = 'running' and id is distinct from ${runId}`;
  for (const id of await runsWithRemains(transaction)) {
    await transaction.unsafe(`drop table if exists ${partition(id)}`);
    await dropRecommendations(transaction, id);
  }
}

/**
 * Fails the runs whose process died, and takes away what they and others that failed have left behind. Leaves a run at work
 * alone.
 */
export async function failInterruptedRuns(sql: Sql): Promise<void> {
  await endOrphanedRun(sql);
  const [seen] = await sql<{ isRunning: boolean }[]>`
    select exists (select from runs where state = 'running') as "isRunning"`;
  // The lock is not taken for nothing: who begins a run at this moment would be refused.
  if (seen?.isRunning !== true && (await runsWithRemains(sql)).length === 0) return;
  await sql.begin(async (transaction) => {
    const [lock] = await transaction<{ taken: boolean }[]>`select pg_try_advisory_xact_lock(${RUN_LOCK}) as taken`;
    if (lock?.taken === true) await clearInterrupted(transaction, null);
  });
}

/** What a run does first once it holds the lock. @param kind what the run is, now that no other can be published */
export async function beginRun(session: Sql, runId: number, kind: RunKind): Promise<void> {
  await session.begin(async (transaction) => {
    // Before it held the lock, somebody may have taken it for interrupted.
    await transaction`
      update runs set state = 'running', kind = ${kind}, finished_at = null, error = null, failure = null
      where id = ${runId} and state in ('running', 'failed')`;
    await clearInterrupted(transaction, runId);
  });
}

/** 00:00, in the shop's zone, of the day after the newest order; null without orders. */
export async function defaultAsOf(sql: Sql | Transaction, timeZone: string): Promise<Date | null> {
  const [row] = await sql<{ asOf: Date | null }[]>`
    select least(((max(placed_at) at time zone ${timeZone})::date + 1)::timestamp at time zone ${timeZone}, now()) as "asOf"
    from orders where placed_at < now()`;
  return row?.asOf ?? null;
}

/** Orders that lie ahead of now. */
export interface OrdersAhead {
  readonly orders: number;
  /** The day of the latest, in the shop's zone, as 2062-01-31. */
  readonly newest: string;
}

/** The orders that lie ahead, slips as well as orders booked for later; null where none does. One pass over the orders. */
export async function readOrdersAhead(sql: Sql, timeZone: string): Promise<OrdersAhead | null> {
  const [row] = await sql<{ orders: number; newest: string | null }[]>`
    select count(*)::int as orders, to_char(max(placed_at) at time zone ${timeZone}, 'YYYY-MM-DD') as newest
    from orders where placed_at >= now()`;
  return row === undefined || row.newest === null ? null : { orders: row.orders, newest: row.newest };
}

/**
 * The first and the last day with an order, of those that are over at a moment, as days since 1970-01-01 in the shop's zone;
 * null without. A day that is still running would end after the moment.
 */
export async function orderDays(
  sql: Sql | Transaction,
  asOf: Date,
  timeZone: string,
): Promise<{ first: number; last: number } | null> {
  const [row] = await sql<{ first: number | null; last: number | null }[]>`
    select (min(placed_at) at time zone ${timeZone})::date - '1970-01-01'::date as first,
           (max(placed_at) at time zone ${timeZone})::date - '1970-01-01'::date as last
    from orders
    where placed_at < (${asOf}::timestamptz at time zone ${timeZone})::date::timestamp at time zone ${timeZone} and customer_id <> ''`;
  return row?.first == null || row.last == null ? null : { first: row.first, last: row.last };
}

/** 00:00 of a calendar day in the shop's zone. */
export async function startOfDay(sql: Sql | Transaction, day: string, timeZone: string): Promise<Date> {
  const [row] = await sql<{ moment: Date }[]>`select ${day}::text::timestamp at time zone ${timeZone} as moment`;
  return row!.moment;
}

/**
 * A table of its own for the run's profiles, made before any reader knows it; `PARTITION OF` would make readers wait
 * behind open transactions.
 */
export async function createPartition(connection: Connection, runId: number): Promise<void> {
  await connection.unsafe(`create table ${partition(runId)} (like customer_profiles)`);
  // With the check in place, attaching need not scan the table.
  await connection.unsafe(`alter table ${partition(runId)} add check (run_id = ${runId})`);
}

/** Joins features and scores into profile rows of the run, replacing those of the same customers. */
export async function writeProfiles(workspace: Workspace, runId: number, replace: boolean): Promise<void> {
  const table = partition(runId);
  const { connection } = workspace;
  const features = workspace.name('features');
  if (replace) {
    await connection.unsafe(`delete from ${table} p using ${features} f where p.customer_id = f.customer_id`);
  }
  const scores = PROFILE_SCORES.map(({ column }) => column);
  await connection.unsafe(`
    insert into ${table} (run_id, computed_at, segments, ${[...PROFILE_FEATURE_COLUMNS, ...scores].join(', ')})
    select ${runId}, clock_timestamp(), s.segments,
      ${[...PROFILE_FEATURE_COLUMNS.map((name) => `f.${name}`), ...scores.map((name) => `s.${name}`)].join(', ')}
    from ${features} f join ${workspace.name('scores')} s on s.row = f.row`);
}

/** The orders in which lists are read most, and the membership test of segments. */
export async function indexPartition(connection: Connection, runId: number): Promise<void> {
  const table = partition(runId);
  await connection.unsafe(`alter table ${table} add primary key (run_id, customer_id)`);
  await connection.unsafe(`create index on ${table} (net_revenue, customer_id)`);
  await connection.unsafe(`create index on ${table} (coalesce(value_score, -1), customer_id)`);
  await connection.unsafe(`create index on ${table} (coalesce(clv_90d, -1), customer_id)`);
  await connection.unsafe(`create index on ${table} (coalesce(last_order_at, '-infinity'), customer_id)`);
  await connection.unsafe(`create index on ${table} using gin (segments)`);
  await connection.unsafe(`analyze ${table}`);
}

/** Everything about the rows that the models read, in one number: equal data gives equal fingerprints. */
export async function fingerprintFeatures(workspace: Workspace): Promise<string> {
  const [row] = await workspace.connection.unsafe<{ fingerprint: string }[]>(
    `select md5(count(*) || ':' || coalesce(sum(hashtextextended(f::text, 0)::numeric), 0)) as fingerprint
     from ${workspace.name('features')} f`,
  );
  return row!.fingerprint;
}

/** Imports that are done now; those that are done later arrived while the run worked. */
export async function noteDoneImports(workspace: Workspace): Promise<void> {
  await workspace.fill('importsBefore', "select id from imports where state = 'done'");
}

/** Customers whom an import touched after `noteDoneImports`. From here on no import merges until the run is published. */
export async function lateCustomers(workspace: Workspace, transaction: Transaction): Promise<string[]> {
  await lockMerges(transaction);
  const late = await transaction.unsafe<{ id: number }[]>(
    `select id::float8 as id from imports where state = 'done' and id not in (select id from ${workspace.name('importsBefore')})`,
  );
  if (late.length === 0) return [];
  const ids = late.map(({ id }) => id);
  const rows = await transaction<{ customerId: string }[]>`
    select distinct customer_id as "customerId" from (
      select customer_id from orders where import_id = any(${ids})
      union all select customer_id from order_items where import_id = any(${ids})
      union all select customer_id from customers where import_id = any(${ids})
      union all select customer_id from returns where import_id = any(${ids})
      union all select customer_id from events where import_id = any(${ids})
    ) as touched where customer_id <> ''`;
  return rows.map(({ customerId }) => customerId);
}

/** Takes out of a run who was merged into another customer while it worked. */
export async function dropMergedProfiles(transaction: Transaction, runId: number): Promise<void> {
  await transaction.unsafe(`
    delete from ${partition(runId)} p using customer_aliases a
    where a.customer_id = p.customer_id and not exists (select from customers c where c.customer_id = p.customer_id)`);
}

/**
 * Why a customer moved, out of his profile before (`p`, null for one who is new) and now (`n`): DATA when his past changed,
 * RETURN when less of it was kept, PURCHASE when he ordered since, else TIME.
 */
export const CAUSE_OF_MOVE = `
  case when p.customer_id is null then case when n.orders > 0 then 'PURCHASE' else 'DATA' end
       when n.first_order_at < p.first_order_at or n.orders < p.orders
            or (n.last_order_at is not distinct from p.last_order_at and n.orders > p.orders) then 'DATA'
       when n.items_returned > p.items_returned or n.net_revenue < p.net_revenue then 'RETURN'
       when n.orders > p.orders then 'PURCHASE'
       else 'TIME' end`;

/**
 * Writes who moved since the run before, and why: REFIT when the old cut-offs would not have moved him, else as
 * `CAUSE_OF_MOVE` says. Customers new to the shop enter from nowhere. The first run writes nothing.
 * @param readable segmentations whose old cut-offs are known; those of another version moved whomever nothing else did
 */
export async function writeSegmentChanges(
  workspace: Workspace,
  transaction: Transaction,
  runId: number,
  previousRunId: number,
  readable: readonly string[],
): Promise<number> {
  const previous = transaction(partition(previousRunId));
  const current = transaction(partition(runId));
  const written = await transaction`
    insert into segment_changes (customer_id, segmentation, run_id, changed_at, from_segment, to_segment, cause)
    select n.customer_id, split_part(entry.now, ':', 1), ${runId}, n.as_of,
           split_part(entry.before, ':', 2), split_part(entry.now, ':', 2),
           case when entry.before = any(m.segments_before_refit) then 'REFIT'
                when own.cause = 'TIME' and split_part(entry.now, ':', 1) <> all(${[...readable]}::text[]) then 'REFIT'
                else own.cause end
    from ${current} n
    left join ${previous} p on p.customer_id = n.customer_id
    left join ${transaction(workspace.name('moves'))} m on m.customer_id = n.customer_id
    cross join lateral (select ${transaction.unsafe(CAUSE_OF_MOVE)} as cause) as own
    cross join lateral (
      select now, (select before from unnest(p.segments) as before
                   where split_part(before, ':', 1) = split_part(now, ':', 1)) as before
      from unnest(n.segments) as now
    ) as entry
    where (p.customer_id is null or n.segments <> p.segments) and entry.now is distinct from entry.before
    on conflict do nothing`;
  return written.count;
}

/** Keeps what the old cut-offs said of those who differ, as the scores themselves are replaced by late arrivals. */
export async function noteMovedScores(workspace: Workspace, isFirst: boolean): Promise<void> {
  const { connection } = workspace;
  const [moves, features, scores] = [workspace.name('moves'), workspace.name('features'), workspace.name('scores')];
  if (isFirst) await workspace.make('moves');
  // Who was scored again is judged anew.
  await connection.unsafe(`delete from ${moves} m using ${features} f where f.customer_id = m.customer_id`);
  await connection.unsafe(`
    insert into ${moves}
    select f.customer_id, s.segments_before_refit from ${scores} s join ${features} f on f.row = s.row
    where s.segments_before_refit <> s.segments`);
}

/** What every segment of the run adds up to, and what sets it apart. */
export async function writeSegmentStats(transaction: Transaction, runId: number): Promise<void> {
  const zScores = DISTINGUISHING_COLUMNS.map(
    ([feature, column]) => `'${feature}', (avg(p.${column}) - max(a.mean_${column})) / nullif(max(a.sd_${column}), 0)`,
  ).join(', ');
  const population = DISTINGUISHING_COLUMNS.map(
    ([, column]) => `avg(${column})::float8 as mean_${column}, stddev_pop(${column})::float8 as sd_${column}`,
  ).join(', ');
  await transaction.unsafe(`
    insert into segment_stats (run_id, segmentation, segment, ${SEGMENT_SUMS.names}, z_scores)
    with buyers as (select ${population} from ${partition(runId)} where orders > 0)
    select ${runId}, split_part(entry, ':', 1), split_part(entry, ':', 2), ${SEGMENT_SUMS.sums},
      case when max(p.orders) > 0 then jsonb_strip_nulls(jsonb_build_object(${zScores})) else '{}' end
    from ${partition(runId)} p left join buyers a on true, unnest(p.segments) as entry
    group by entry`);
}

/**
 * Publishes the run; one of the kind `current` is what readers see from now on. Attaching does not wait for them.
 * @returns its customers; null when it may not be published: somebody cancelled it, or took it for interrupted
 */
export async function publishRun(transaction: Transaction, runId: number, fingerprint: string): Promise<number | null> {
  const [own] = await transaction<{ kind: RunKind }[]>`
    select kind from runs where id = ${runId} and state = 'running' and not cancel_requested for update`;
  if (own === undefined) return null;
  await transaction.unsafe(
    `alter table customer_profiles attach partition ${partition(runId)} for values in (${runId})`,
  );
  const [run] = await transaction<{ customers: number }[]>`
    update runs set state = 'published', finished_at = clock_timestamp(), progress = 1, step = 'published',
      estimated_end = null, data_fingerprint = ${fingerprint}, customer_count = (select count(*) from ${transaction(partition(runId))})
    where id = ${runId} returning customer_count::float8 as customers`;
  if (own.kind === 'current') await transaction`update shop set current_run_id = ${runId}`;
  return run?.customers ?? 0;
}

/**
 * Drops the profiles of old runs: the newest 14 stay, and the first of each month, and every look. Waits for no reader: a run
 * that is still being read goes at the next time.
 */
export async function dropOldRuns(sql: Sql, timeZone: string): Promise<void> {
  const old = await sql<{ id: number }[]>`
    select id::float8 as id from (
      select id, row_number() over (order by id desc) as age,
             row_number() over (partition by date_trunc('month', as_of at time zone ${timeZone}) order by id) as in_month
      from runs where state = 'published' and kind <> 'look'
    ) as ranked where age > ${RUNS_KEPT} and in_month > 1`;
  for (const { id } of old) {
    try {
      await dropRun(sql, id);
    } catch (error) {
      if (codeOf(error) !== '55P03') throw error;
    }
  }
}

/** Drops what a published run holds; its record stays. @throws with the code 55P03 where somebody reads it just now */
export async function dropRun(sql: Sql, id: number): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction`set local lock_timeout = '1s'`;
    await transaction.unsafe(`alter table customer_profiles detach partition ${partition(id)}`);
    await transaction.unsafe(`drop table ${partition(id)}`);
    await transaction`update runs set state = 'dropped' where id = ${id}`;
    await transaction`delete from segment_stats where run_id = ${id}`;
    await transaction`delete from fitted_models where run_id = ${id}`;
    await dropRecommendations(transaction, id);
  });
}

/** Adds rows to the scores. @param lines whole rows in COPY's words: a failure while it waits would leave the connection waiting too */
export async function writeScores(workspace: Workspace, lines: string): Promise<void> {
  const copy = await workspace.connection.unsafe(`copy ${workspace.name('scores')} from stdin`).writable();
  await new Promise<void>((resolve, reject) => {
    copy.once('error', reject);
    copy.end(lines, () => (copy.errored === null ? resolve() : reject(copy.errored)));
  });
}
