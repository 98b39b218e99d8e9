import type { CustomerFacts } from '@tessera/core';
import type { ProfileRow } from '../../db/queries/customers/profiles.js';
import type { RunSnapshot } from '../../runs/snapshot.js';
import type { RecommendationsFitted } from '../../scoring/recommendations.js';

/** What the rules of a playbook look at, from a profile. @param fitted what the run learned; null for an older run */
export function factsOf(row: ProfileRow, run: RunSnapshot, fitted: RecommendationsFitted | null): CustomerFacts {
  const key = row.segments.find((entry) => entry.startsWith('rfm:'))?.slice('rfm:'.length) ?? '';
  const rfm = run.segmentations.find(({ model }) => model.key === 'rfm');
  const gap = row.medianDaysBetweenOrders ?? null;
  const recencyDays = row.recencyDays ?? null;
  return {
    segments: row.segments,
    segment: { key, title: rfm?.segments.find((segment) => segment.key === key)?.title ?? key },
    values: {
      orders: row.orders,
      recencyDays,
      orderDue: gap === null || gap === 0 || recencyDays === null ? null : recencyDays / gap,
      valuePercentile: row.clvPercentile ?? row.valuePercentile ?? null,
      topOfSegment: topOfSegment(row, fitted, key),
      returnRate: row.returnRate ?? null,
      discountShare: row.discountShare ?? null,
      recentActivity: (row.visits30d ?? 0) + (row.emailOpens90d ?? 0),
      averageOrderValue: row.averageOrderValue == null ? null : Number(row.averageOrderValue),
    },
  };
}

/** The customer's place in his segment by expected value, 0 to 1 from the top, in steps of 5 %. */
function topOfSegment(row: ProfileRow, fitted: RecommendationsFitted | null, segment: string): number | null {
  const cutOffs = fitted?.valueCutOffs[segment];
  if (fitted === null || cutOffs === undefined || row.orders === 0) return null;
  const value = fitted.valueMeasure === 'clv90d' ? Number(row.clv90d ?? 0) : (row.valueScore ?? 0);
  const passed = cutOffs.filter((cutOff) => cutOff < value).length;
  return 1 - passed / (cutOffs.length + 1);
}
