import { momentLiteral, orderFacts } from '../orders/order-facts.js';
import type { FeatureOptions } from '../runs/run-features.js';
import type { Connection } from '../runs/workspace.js';

/** Looking back costs a pass over the orders each; a shop that was away for months catches up run by run. */
const MOST_A_RUN = 2;

/**
 * For runs that are kept and whose 90 days have passed: what their predictions were, and what came, before returns, without
 * what was cancelled. Written beside the model that predicted.
 */
export async function noteRealisedValue(connection: Connection, { asOf, ...options }: FeatureOptions): Promise<void> {
  // Calendar days of the shop, as those of the labels.
  const end = connection`((r.as_of at time zone ${options.timeZone} + interval '90 days') at time zone ${options.timeZone})`;
  const due = await connection<{ runId: number; asOf: Date; end: Date }[]>`
    select r.id::float8 as "runId", r.as_of as "asOf", ${end} as end
    from runs r join fitted_models m on m.run_id = r.id and m.key = 'clv'
    where r.state = 'published' and r.kind <> 'look' and m.realised is null and ${end} <= ${asOf}
    order by r.as_of desc limit ${MOST_A_RUN}`;
  for (const run of due) {
    await connection.unsafe(`
      with ${orderFacts({ ...options, asOf: run.end })},
      spent as (
        select customer_id, sum(gross) as revenue from per_order
        where placed_at >= ${momentLiteral(run.asOf)} group by customer_id
      ),
      sums as (
        select count(*) as customers, coalesce(sum(p.clv_90d), 0) as predicted, coalesce(sum(s.revenue), 0) as actual,
               sqrt(coalesce(sum((p.clv_90d - coalesce(s.revenue, 0)) ^ 2), 0)) as standard_error
        from customer_profiles p left join spent s on s.customer_id = p.customer_id
        where p.run_id = ${run.runId} and p.clv_90d is not null
      )
      update fitted_models set realised = (
        select jsonb_build_object('runId', ${run.runId}, 'asOf', ${momentLiteral(run.asOf)}, 'customers', customers,
          'predictedTotal', round(predicted, 2), 'actualTotal', round(actual, 2),
          'ratio', round(actual / nullif(predicted, 0), 4), 'standardError', round(standard_error, 2)) from sums)
      where run_id = ${run.runId} and key = 'clv'`);
  }
}
