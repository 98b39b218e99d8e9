import type { Connection } from '../runs/workspace.js';

const STEPS = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);

/**
 * By RFM segment the 5 %, 10 % ... 95 % quantiles of what its buyers are expected to bring: predicted revenue of 90 days, or
 * the value score where the run predicts nothing.
 * @param profiles the run's partition
 */
export async function readValueCutOffs(
  connection: Connection,
  profiles: string,
): Promise<{ valueCutOffs: Record<string, number[]>; valueMeasure: 'clv90d' | 'valueScore' }> {
  const [known] = await connection.unsafe<{ exists: boolean }[]>(
    `select exists (select from ${profiles} where clv_90d is not null) as exists`,
  );
  const valueMeasure = known?.exists === true ? 'clv90d' : 'valueScore';
  const rows = await connection.unsafe<{ segment: string; cutOffs: number[] }[]>(`
    select split_part(entry, ':', 2) as segment,
           percentile_disc(array[${STEPS.join(', ')}]) within group (order by coalesce(${valueMeasure === 'clv90d' ? 'clv_90d' : 'value_score'}, 0)::float8) as "cutOffs"
    from ${profiles} p, unnest(p.segments) as entry where entry like 'rfm:%' and p.orders > 0 group by entry`);
  return { valueCutOffs: Object.fromEntries(rows.map(({ segment, cutOffs }) => [segment, cutOffs])), valueMeasure };
}
