import { FEATURES, type Feature } from '@tessera/core/customers/features.js';
import { WORDS } from '@tessera/core/words/words.js';
import { STORED_FEATURES } from '@tessera/server/db/queries/features/features.js';
import { MODEL_CATEGORY_COLUMNS, MODEL_FEATURES } from '@tessera/server/db/queries/runs/run-features.js';
import { customerProfiles } from '@tessera/server/db/tables.js';
import { schemaText } from '@tessera/server/graphql/schema.js';
import { describe, expect, it } from 'vitest';

const names = FEATURES.map(({ name }) => name);
const stored = Object.entries(STORED_FEATURES);

/** The names of the fields or values of a type of the printed schema. */
function membersOf(declaration: string): string[] {
  const [, body = ''] = new RegExp(`^${declaration} \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(schemaText()) ?? [];
  return [...body.replace(/"""[\s\S]*?"""/g, '').matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name!);
}

describe('a feature', () => {
  it('is one entry in the list of core and one in that of the server', () => {
    expect([...new Set(names)]).toEqual(names);
    expect(stored.map(([name]) => name).sort()).toEqual([...names].sort());
  });

  it('is a column of the profile, whose name is its own', () => {
    for (const name of names) {
      const column = customerProfiles[name].name;
      expect(column.replaceAll('_', '')).toBe(name.toLowerCase());
    }
  });

  it('that can be filtered by is a field of the filter, and one that cannot be is none', () => {
    const fields = membersOf('input CustomerFilter');
    for (const [name, { filterable }] of stored)
      expect([name, fields.includes(name)]).toEqual([name, filterable === true]);
  });

  it('that can be sorted by is an order of customer lists, and one that cannot be is none', () => {
    const orders = membersOf('enum CustomerOrderField');
    for (const [name, { sortable }] of stored) {
      const order = customerProfiles[name as (typeof names)[number]].name.toUpperCase();
      expect([order, orders.includes(order)]).toEqual([order, sortable === true]);
    }
  });

  it('that is explored is a feature of the exploration', () => {
    const features = membersOf('enum ExplorationFeature');
    const explored = stored.flatMap(([, feature]) => feature.explored ?? []);
    expect(features.sort()).toEqual([...explored, 'DAYS_BETWEEN_ORDERS', 'ORDER_VALUE'].sort());
  });

  it('is shown where its entry says', () => {
    const metrics = membersOf('type CustomerMetrics');
    const customer = membersOf('type Customer implements Node');
    const shownIn = (place: Feature['shown']) =>
      FEATURES.filter(({ shown }) => shown === place).map(({ name }) => name);
    expect(metrics.sort()).toEqual([...shownIn('metrics')].sort());
    for (const name of shownIn('customer')) expect(customer).toContain(name);
    for (const name of shownIn('nowhere')) expect([...metrics, ...customer]).not.toContain(name);
  });

  it('has a description, and words in every language', () => {
    for (const { name, doc } of FEATURES) expect([name, doc.length > 0 && doc.endsWith('.')]).toEqual([name, true]);
    for (const { locale, features, factors, unknownFactors } of Object.values(WORDS)) {
      for (const feature of FEATURES as readonly Feature[]) {
        const { clv } = feature.models;
        if (clv !== 'log' && clv !== 'linear') continue;
        const name = feature.name === 'returnRate' ? 'returnShare' : (feature.output ?? feature.name);
        expect([locale, name, typeof factors[name as keyof typeof factors]]).toEqual([locale, name, 'function']);
        if (feature.missing !== null && feature.missing !== 'without orders')
          expect([locale, name, typeof unknownFactors[name as keyof typeof factors]]).toEqual([locale, name, 'string']);
      }
      expect(Object.keys(features).sort()).toEqual(Object.keys(WORDS.en.features).sort());
    }
  });

  it('that no model names is not read by one', () => {
    const columns = (text: string) => new Set(text.match(/[a-z_]+[0-9a-z_]*/g));
    const read = new Set([...columns(MODEL_FEATURES), ...columns(MODEL_CATEGORY_COLUMNS)]);
    for (const feature of FEATURES as readonly Feature[]) {
      if (Object.keys(feature.models).length > 0) continue;
      expect([feature.name, read.has(customerProfiles[feature.name as (typeof names)[number]].name)]).toEqual([
        feature.name,
        false,
      ]);
    }
  });
});
