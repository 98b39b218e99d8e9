import { type ClusterTraits, kebabCase, nameClusters } from '@tessera/core/segmentation/naming.js';
import { said } from '@tessera/core/words/reasons.js';
import { describe, expect, it } from 'vitest';
import { english } from '../../support/words.js';

const traits = (apart: ClusterTraits['apart'], newShare = 0, inactiveShare = 0): ClusterTraits => ({
  apart,
  newShare,
  inactiveShare,
});

/** Of a cluster of which nothing but its name is asked. */
const NOTHING = { orders: null, netRevenue: null, recencyDays: null, customerShare: 0, revenueShare: null };

const loyal = traits({ recencyDays: -1, orders: 1.5, netRevenue: 1.8, tenureDays: 1 });
const steady = traits({ recencyDays: -0.6, orders: 0.9, netRevenue: 0.5, tenureDays: 0 });
const seldom = traits({ recencyDays: 0.3, orders: -0.6, netRevenue: -0.5, tenureDays: -0.2 });
const stale = traits({ recencyDays: 1.6, orders: 0.2, netRevenue: 0.3, tenureDays: 1.1 });
const fresh = traits({ recencyDays: -0.9, orders: -1.4, netRevenue: -1.3, tenureDays: -1.6 }, 0.9);

describe('nameClusters', () => {
  const titles = (clusters: ClusterTraits[], taken: string[] = []) =>
    nameClusters(clusters, taken).map(({ title }) => english(title));

  it('uses the usual words where nobody lives on discounts', () => {
    expect(titles([loyal, steady, seldom, stale, fresh])).toEqual([
      'High-Value Loyalists',
      'Frequent Buyers',
      'Occasional Shoppers',
      'At-Risk',
      'New Customers',
    ]);
  });

  it('uses the words of discount shops beside bargain hunters', () => {
    const bargain = traits({ ...seldom.apart, discountShare: 1.3 });
    const mixed = traits({ recencyDays: 1, orders: -1.3, netRevenue: -1.2, tenureDays: -1 }, 0.25, 0.5);
    expect(titles([loyal, steady, bargain, mixed])).toEqual([
      'VIP',
      'Loyal Regulars',
      'Bargain Hunters',
      'New/Inactive',
    ]);
  });

  it('keeps new and inactive customers apart where the clusters do', () => {
    const bargain = traits({ ...seldom.apart, discountShare: 1.3 });
    const lapsed = traits({ recencyDays: 1.4, orders: -1.3, netRevenue: -1.2, tenureDays: 0.4 }, 0, 0.9);
    expect(titles([loyal, bargain, traits(fresh.apart, 0.9, 0), lapsed])).toEqual([
      'VIP',
      'Bargain Hunters',
      'New Customers',
      'Inactive',
    ]);
  });

  it('calls stale customers at risk only where there is something to lose', () => {
    const lapsed = traits({ recencyDays: 0.9, orders: -0.5, netRevenue: -0.5 });
    expect(titles([loyal, stale, lapsed])).toEqual(['High-Value Loyalists', 'At-Risk', 'Dormant']);
  });

  it('calls nobody new whose first order is long ago, however much older the others are', () => {
    expect(titles([loyal, traits(fresh.apart, 0.1)])).toEqual(['High-Value Loyalists', 'Occasional Shoppers']);
  });

  it('names whoever sends nearly everything back after that, not after when they bought', () => {
    const returning = (cluster: ClusterTraits) => traits({ ...cluster.apart, returnRate: 2 }, cluster.newShare);
    expect(titles([loyal, returning(seldom), returning(stale), returning(fresh)])).toEqual([
      'High-Value Loyalists',
      'Frequent Returners',
      'Frequent Returners, Longer Ago',
      'Frequent Returners, Newer',
    ]);
  });

  it('tells namesakes apart by what differs most, and keeps keys unique', () => {
    const steadier = traits({ ...steady.apart, orders: 0.3 });
    const names = nameClusters([loyal, steady, steadier, steadier, steadier, steadier]);
    expect(english(names[2]!.title)).toBe('Frequent Buyers, Fewer Orders');
    expect(new Set(names.map(({ key }) => key)).size).toBe(names.length);
    for (const { key, title } of names) expect(key).toBe(kebabCase(english(title)));
  });

  it('calls nobody a buyer of late whose last order is half a year ago, however much longer the others are away', () => {
    const phrases = (inactiveShare: number) =>
      nameClusters([loyal, steady, seldom].map((cluster) => ({ ...cluster, inactiveShare }))).map(
        ({ role, quiet }) => english(said('cluster-description', { role, quiet, ...NOTHING })).split(':')[0],
      );
    expect(phrases(0.2)[0]).toBe('Buy often, lately and for the most');
    expect(phrases(0.9)).toEqual([
      'Have bought more often than others and for the most',
      'Have come back and spent moderately',
      'Have bought now and then',
    ]);
  });

  it('leaves keys alone that are taken', () => {
    expect(titles([loyal], ['high-value-loyalists'])).toEqual(['High-Value Loyalists 2']);
  });

  it('has a name for a cluster that nothing sets apart, and for none', () => {
    expect(titles([traits({})])).toEqual(['Frequent Buyers']);
    expect(titles([])).toEqual([]);
  });

  it('writes keys in kebab case', () => {
    expect(kebabCase('New/Inactive')).toBe('new-inactive');
    expect(kebabCase('Frequent Buyers, Fewer Orders')).toBe('frequent-buyers-fewer-orders');
  });
});
