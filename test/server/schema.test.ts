import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  buildSchema,
  type DefinitionNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  getNamedType,
  type InputObjectTypeDefinitionNode,
  type InputValueDefinitionNode,
  isLeafType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  lexicographicSortSchema,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  printSchema,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema, schemaText } from '../../packages/server/src/graphql/schema.js';
import { demoToken, post, valueAt } from '../support/graphql-shop.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../support/server.js';
import { sharedPath } from '../support/shared.js';

const committed = () =>
  readFileSync(fileURLToPath(new URL('../../packages/server/schema.graphql', import.meta.url)), 'utf8');

describe('the printed schema', () => {
  it('is the one that is committed', () => {
    // The file went through the formatter, so both are compared as the same printer prints them.
    const print = (text: string) => printSchema(lexicographicSortSchema(buildSchema(text)));
    expect(print(committed())).toBe(print(schemaText()));
  });

  it('has no input type that nothing takes', () => {
    const text = schemaText();
    const unused = Object.keys(schema.getTypeMap()).filter(
      (name) =>
        !name.startsWith('__') && text.includes(`input ${name} `) && !new RegExp(`[:[] ?\\[?${name}\\b`).test(text),
    );
    expect(unused).toEqual([]);
  });
});

/** What the contract (api.graphql) names and the schema does not have yet. Whoever adds one takes it off this list. */
const NOT_THERE_YET: readonly string[] = [
  'Customer.audiences',
  'Customer.clv',
  'Customer.nextActions',
  'Customer.recommendations',
  'Customer.returnRisk',
  'CustomerFilter.audience',
  'CustomerFilter.clv90d',
  'CustomerFilter.clvDecile',
  'CustomerFilter.event',
  'CustomerFilter.probabilityAlive',
  'CustomerFilter.returnPropensity',
  'FittedModel.drift',
  'Mutation.cancelRun',
  'Mutation.createKey',
  'Mutation.deleteAudience',
  'Mutation.eraseCustomer',
  'Mutation.exportAudience',
  'Mutation.recordTreatments',
  'Mutation.revokeKey',
  'Mutation.saveAudience',
  'Mutation.saveDestination',
  'Mutation.startExperiment',
  'Mutation.startRun',
  'Mutation.syncAudience',
  'Query.audience',
  'Query.audiencePreview',
  'Query.audiences',
  'Query.campaigns',
  'Query.clv',
  'Query.customersByEmails',
  'Query.experiments',
  'Query.lifecycle',
  'Query.product',
  'Query.returns',
  'Query.sales',
  'Query.segmentFlows',
  'Segment.actions',
  'SegmentProfile.averageClv90d',
  'SegmentProfile.clvShare',
  'SegmentProfile.topCategories',
  'SegmentProfile.topCountries',
  'Segmentation.quality',
  'ShopperView.perks',
  'ShopperView.recommendations',
  'type ActionRecommendation',
  'type ClvModelReport',
  'type ClvReport',
  'type CustomerClv',
  'type DecileRow',
  'type GainPoint',
  'type Interval',
  'type ProductRecommendation',
  'type ReturnRisk',
  'type SegmentFlow',
  'type SegmentationQuality',
  'type ShopperRecommendation',
  'type Subscription',
];

type Typed = ObjectTypeDefinitionNode | InputObjectTypeDefinitionNode;
const isTyped = (node: DefinitionNode): node is Typed =>
  node.kind === 'ObjectTypeDefinition' || node.kind === 'InputObjectTypeDefinition';
const byName = (text: string) =>
  new Map(parse(text).definitions.flatMap((node) => (isTyped(node) ? [[node.name.value, node] as const] : [])));
const typeOf = (node: FieldDefinitionNode | InputValueDefinitionNode) => {
  const fallback = 'defaultValue' in node && node.defaultValue ? ` = ${print(node.defaultValue)}` : '';
  return `${print(node.type)}${fallback}`;
};

describe('the contract', () => {
  const contract = () => readFileSync(sharedPath('design', 'api.graphql'), 'utf8');

  it('has the same type, arguments and nullability wherever the schema has the same name', () => {
    const ours = byName(schemaText());
    const differences: string[] = [];
    for (const [name, wanted] of byName(contract())) {
      const type = ours.get(name);
      for (const field of wanted.fields ?? []) {
        const found = type?.fields?.find((each) => each.name.value === field.name.value);
        if (found === undefined) continue;
        const place = `${name}.${field.name.value}`;
        if (typeOf(found) !== typeOf(field)) differences.push(`${place}: ${typeOf(found)}, not ${typeOf(field)}`);
        const given = ('arguments' in found ? (found.arguments ?? []) : []) as InputValueDefinitionNode[];
        for (const argument of ('arguments' in field ? field.arguments : []) ?? []) {
          const own = given.find((each) => each.name.value === argument.name.value);
          const text = own === undefined ? 'missing' : typeOf(own);
          if (text !== typeOf(argument))
            differences.push(`${place}(${argument.name.value}): ${text}, not ${typeOf(argument)}`);
        }
      }
      if (type !== undefined && type.kind !== wanted.kind) differences.push(`${name} is of another kind`);
    }
    expect(differences).toEqual([]);
  });

  it('has the same values in the enumerations that it spells out', () => {
    const enums = (text: string) =>
      new Map(
        parse(text)
          .definitions.filter((node): node is EnumTypeDefinitionNode => node.kind === 'EnumTypeDefinition')
          .map((node) => [node.name.value, (node.values ?? []).map((value) => value.name.value).sort()]),
      );
    const ours = enums(schemaText());
    for (const [name, values] of enums(contract())) expect(ours.get(name), name).toEqual(values);
  });

  it('is missing exactly what the list of this file says', () => {
    const ours = byName(schemaText());
    const missing: string[] = [];
    for (const [name, wanted] of byName(contract())) {
      const type = ours.get(name);
      if (type === undefined) missing.push(`type ${name}`);
      else
        for (const field of wanted.fields ?? []) {
          if (!type.fields?.some((each) => each.name.value === field.name.value)) {
            missing.push(`${name}.${field.name.value}`);
          }
        }
    }
    expect(missing.sort()).toEqual([...NOT_THERE_YET].sort());
  });
});

/** Who may read a field. A shopper reads his own customer only. */
type Verdict = 'secret key' | 'agent too' | 'everybody';

/**
 * THE TABLE: one verdict for all fields of a type, or one a field. The test fails on a type or field without one, so that
 * nobody adds a field without thinking of who sees it.
 */
const VERDICTS: Readonly<Record<string, Verdict | Readonly<Record<string, Verdict>>>> = {
  Basis: 'agent too',
  Bin: 'secret key',
  CohortCell: 'secret key',
  CohortRow: 'secret key',
  CohortTable: 'secret key',
  ConcentrationPoint: 'secret key',
  Correlation: 'secret key',
  Customer: {
    id: 'everybody',
    externalId: 'everybody',
    basis: 'agent too',
    segment: 'agent too',
    shopper: 'everybody',
    age: 'secret key',
    channel: 'secret key',
    city: 'secret key',
    country: 'secret key',
    email: 'secret key',
    firstName: 'secret key',
    firstOrderAt: 'secret key',
    gender: 'secret key',
    lastName: 'secret key',
    lastOrderAt: 'secret key',
    metrics: 'secret key',
    orders: 'secret key',
    registeredAt: 'secret key',
    rfm: 'secret key',
    segmentHistory: 'secret key',
    segments: 'secret key',
    state: 'secret key',
    value: 'secret key',
  },
  CustomerConnection: 'secret key',
  CustomerEdge: 'secret key',
  CustomerMetrics: 'secret key',
  DataGaps: 'secret key',
  DataQuality: 'secret key',
  Distribution: 'secret key',
  ExplorationCategory: 'secret key',
  ExplorationCountry: 'secret key',
  ExplorationProduct: 'secret key',
  ExplorationReport: 'secret key',
  ExplorationSizes: 'secret key',
  ExtremeCustomer: 'secret key',
  FeatureOutliers: 'secret key',
  Fences: 'secret key',
  FittedModel: 'secret key',
  Import: 'secret key',
  ImportConnection: 'secret key',
  ImportEdge: 'secret key',
  ImportQuality: 'secret key',
  ImportRefused: 'secret key',
  ImportSucceeded: 'secret key',
  Inconsistencies: 'secret key',
  LifecycleCoverage: 'secret key',
  LifecycleDuration: 'secret key',
  LifecycleDurations: 'secret key',
  LifecycleStations: 'secret key',
  LongTail: 'secret key',
  MissingValues: 'secret key',
  Money: 'secret key',
  Mutation: 'secret key',
  NamedCount: 'secret key',
  Order: 'secret key',
  OrderConnection: 'secret key',
  OrderCount: 'secret key',
  OrderEdge: 'secret key',
  OrderLine: 'secret key',
  OutlierTreatment: 'secret key',
  PageInfo: 'secret key',
  Quantile: 'secret key',
  QuarantineReason: 'secret key',
  QuarantinedRow: 'secret key',
  Query: {
    customersByExternalIds: 'everybody',
    // What they answer is judged by the type of the node.
    node: 'everybody',
    nodes: 'everybody',
    viewer: 'everybody',
    cohorts: 'secret key',
    customer: 'secret key',
    customers: 'secret key',
    exploration: 'secret key',
    imports: 'secret key',
    models: 'secret key',
    runs: 'secret key',
    segmentation: 'secret key',
    segmentations: 'secret key',
    shop: 'secret key',
  },
  Reason: 'agent too',
  RepeatSplit: 'secret key',
  ReturnDay: 'secret key',
  RfmScore: 'secret key',
  RowProblem: 'secret key',
  Run: 'secret key',
  RunConnection: 'secret key',
  RunEdge: 'secret key',
  Segment: {
    id: 'agent too',
    key: 'agent too',
    title: 'agent too',
    description: 'agent too',
    color: 'agent too',
    customers: 'secret key',
    profile: 'secret key',
    publicLabel: 'secret key',
    revenueShare: 'secret key',
    segmentation: 'secret key',
    share: 'secret key',
    size: 'secret key',
    trend: 'secret key',
  },
  SegmentChange: 'secret key',
  SegmentDistance: 'secret key',
  SegmentMembership: {
    segment: 'agent too',
    since: 'agent too',
    why: 'agent too',
    nearest: 'secret key',
    previous: 'secret key',
  },
  SegmentPoint: 'secret key',
  SegmentProfile: 'secret key',
  Segmentation: 'secret key',
  Shop: 'secret key',
  ShopCounts: 'secret key',
  ShopperView: 'everybody',
  ValueScore: 'secret key',
  Viewer: 'everybody',
};

const READERS = {
  'the secret key': ['secret key', 'agent too', 'everybody'],
  "an agent's token": ['agent too', 'everybody'],
  "a shopper's token": ['everybody'],
} as const satisfies Record<string, readonly Verdict[]>;
type Reader = keyof typeof READERS;

const mayRead = (reader: Reader, verdict: Verdict | undefined) =>
  (READERS[reader] as readonly string[]).includes(verdict ?? '');
const verdictOf = (type: string, field: string): Verdict | undefined => {
  const verdict = VERDICTS[type];
  return typeof verdict === 'object' ? verdict[field] : verdict;
};

interface Step {
  readonly name: string;
  readonly call: string;
  readonly verdict: Verdict | undefined;
}

interface Field extends Step {
  readonly place: string;
  readonly isNullable: boolean;
  /** What is written in a query: a field that holds fields asks for its type's name. */
  readonly selection: string;
  readonly inner: string;
}

/** How a type is reached from a root, and its fields. */
interface Reached {
  readonly root: 'query' | 'mutation';
  readonly way: readonly Step[];
  readonly fields: readonly Field[];
}

function fieldsOf(typeName: string, calls: Readonly<Record<string, string>>): Field[] {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields()).map((field) => {
    const place = `${typeName}.${field.name}`;
    if (field.args.some(isRequiredArgument) && calls[place] === undefined) throw new Error(`${place} needs arguments`);
    const call = `${field.name}${calls[place] ?? ''}`;
    const inner = getNamedType(field.type);
    const selection = isLeafType(inner) ? call : `${call} { __typename }`;
    const verdict = verdictOf(typeName, field.name);
    return {
      place,
      name: field.name,
      call,
      verdict,
      isNullable: !isNonNullType(field.type),
      selection,
      inner: inner.name,
    };
  });
}

/** Every object type by its shortest way; over fields that tokens may read where there is such a way. */
function everyType(shopperId: string): Map<string, Reached> {
  const id = Buffer.from(`Customer:${shopperId}`).toString('base64');
  const calls = {
    'Query.customer': `(externalId: "${shopperId}")`,
    'Query.customersByExternalIds': `(externalIds: ["${shopperId}"])`,
    'Query.node': `(id: "${id}")`,
    'Query.nodes': `(ids: ["${id}"])`,
    'Query.segmentation': '(key: "rfm")',
    'Mutation.importCustomers': '(input: [])',
    'Mutation.importOrders': '(input: [])',
    'Mutation.importProducts': '(input: [])',
    'Mutation.recordEvents': '(input: [])',
  };
  const reached = new Map<string, Reached>([
    ['Query', { root: 'query', way: [], fields: fieldsOf('Query', calls) }],
    ['Mutation', { root: 'mutation', way: [], fields: fieldsOf('Mutation', calls) }],
  ]);
  for (const isOpenOnly of [true, false]) {
    // A map visits what is added while it is walked, so this is a breadth-first walk.
    for (const { root, way, fields } of reached.values()) {
      for (const field of fields) {
        if (isOpenOnly && field.verdict === 'secret key') continue;
        const inner = schema.getType(field.inner);
        const members = isUnionType(inner) ? inner.getTypes() : isObjectType(inner) ? [inner] : [];
        for (const { name } of members.filter((member) => !reached.has(member.name))) {
          const step = isUnionType(inner) ? { ...field, call: `${field.call} { ... on ${name}` } : field;
          reached.set(name, { root, way: [...way, step], fields: fieldsOf(name, calls) });
        }
      }
    }
  }
  return reached;
}

function ask({ root, way }: Reached, fields: readonly Field[]): string {
  const open = `${root} { ${way.map(({ call }) => `${call} { `).join('')}${fields.map(({ selection }) => selection).join(' ')}`;
  const left = open.split('{').length - open.split('}').length;
  return `${open}${' }'.repeat(left)}`;
}
const keysOf = (way: readonly Step[], field: Field) => [...way.map(({ name }) => name), field.name];

describe('who may read what', () => {
  let server: TestServer;
  let types: Map<string, Reached>;
  let tokens: Record<Reader, string>;
  beforeAll(async () => {
    server = await startTestServer({ demoCustomers: 300 });
    const { sql } = server.database;
    tokens = {
      'the secret key': ADMIN_KEY,
      "an agent's token": await demoToken(server.url, 'crm'),
      "a shopper's token": await demoToken(server.url, 'storefront'),
    };
    const payload = JSON.parse(Buffer.from(tokens["a shopper's token"].split('.')[1]!, 'base64url').toString());
    const shopperId = payload.customerId as string;
    // The shopper has a value in every column, so that a null is a refusal and not a gap in the data.
    await sql`
      update customers set email = 'a@b.example', first_name = 'A', last_name = 'B' where customer_id = ${shopperId}`;
    await sql`
      update customer_profiles set age = 40, gender = 'F', country = 'x', state = 'x', city = 'x', channel = 'x',
        registered_at = now() where customer_id = ${shopperId}`;
    await sql`
      insert into segment_changes (customer_id, segmentation, run_id, changed_at, from_segment, to_segment, cause)
      select ${shopperId}, 'rfm', current_run_id, now(), 'loyal', 'vip', 'PURCHASE' from shop`;
    types = everyType(shopperId);
  });
  afterAll(() => server.close());

  it('is said of every field of every type', () => {
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('__')) continue;
      expect([...types.keys()], 'no query leads there').toContain(type.name);
      for (const field of Object.keys(type.getFields())) {
        expect(verdictOf(type.name, field), `${type.name}.${field} has no verdict in this file`).toBeDefined();
      }
    }
    for (const [name, verdict] of Object.entries(VERDICTS)) {
      const fields = types.get(name)?.fields.map((field) => field.name);
      expect(fields, `the type ${name} is gone and its verdict stands`).toBeDefined();
      if (typeof verdict === 'object') expect(fields?.sort()).toEqual(Object.keys(verdict).sort());
    }
  });

  it('lets the secret key read every field', async () => {
    for (const type of types.values()) {
      const { way, fields } = type;
      const { data, errors } = await server.query(ask(type, fields));
      expect(errors, way.map(({ name }) => name).join('.')).toBeUndefined();
      // What the tokens reach has a value everywhere, else the refusals below would prove nothing.
      if (way.some(({ verdict }) => verdict === 'secret key')) continue;
      for (const field of fields) {
        if (field.place.startsWith('Reason.') || field.place === 'Basis.note') continue;
        expect(valueAt(data, keysOf(way, field)), field.place).not.toBeNull();
      }
    }
  });

  it.each(["an agent's token", "a shopper's token"] as const)('holds for %s, field by field', async (reader) => {
    const mismatches: string[] = [];
    for (const type of types.values()) {
      const { way, fields } = type;
      // Where a step of the way is refused, nothing behind it can be asked; the step itself is.
      if (!way.every(({ verdict }) => mayRead(reader, verdict))) continue;
      const open = fields.filter(({ verdict }) => mayRead(reader, verdict));
      if (open.length > 0) {
        const { data, errors } = await server.query(ask(type, open), undefined, tokens[reader]);
        if (errors !== undefined) mismatches.push(`${open[0]?.place} ...: ${errors[0]?.message}`);
        for (const field of open) {
          if (!field.isNullable && valueAt(data, keysOf(way, field)) === null)
            mismatches.push(`${field.place} is empty`);
        }
      }
      for (const field of fields.filter(({ verdict }) => !mayRead(reader, verdict))) {
        const { data, errors } = await server.query(ask(type, [field]), undefined, tokens[reader]);
        if (valueAt(data, keysOf(way, field)) !== null) mismatches.push(`${field.place} is answered`);
        const codes = (errors ?? []).map(({ extensions }) => extensions.code);
        const expected = field.isNullable ? [] : ['FORBIDDEN'];
        if (codes.join() !== expected.join()) mismatches.push(`${field.place} answers the error "${codes}"`);
      }
    }
    expect(mismatches).toEqual([]);
  });

  it('answers a nullable field that is withheld with null and without an error', async () => {
    const customer = types.get('Customer')!;
    const email = customer.fields.filter(({ name }) => name === 'email');
    const { status, data, errors } = await server.query(ask(customer, email), undefined, tokens["an agent's token"]);
    expect({ status, data, errors }).toEqual({
      status: 200,
      data: { customersByExternalIds: [{ email: null }] },
      errors: undefined,
    });
  });

  it('is nothing for whoever has no key: one body, whatever is asked', async () => {
    const bodies = new Set<string>();
    for (const type of types.values()) {
      const query = ask(type, type.fields);
      const { status, text } = await post(`${server.url}/graphql`, JSON.stringify({ query }));
      expect(status).toBe(401);
      bodies.add(text);
    }
    expect(bodies.size).toBe(1);
  });
});
