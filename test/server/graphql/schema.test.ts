import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AGENT_SCOPES, ALL_SCOPES, type Grant, type Scope } from '@tessera/server/access/scopes.js';
import { notifyMoves } from '@tessera/server/db/queries/segments/segment-events.js';
import { schema, schemaText } from '@tessera/server/graphql/schema.js';
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
import { agentToken, customerToken, makeKey } from '../../support/credentials.js';
import { post, valueAt } from '../../support/graphql-shop.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../../support/server.js';
import { sharedPath } from '../../support/shared.js';

const committed = () =>
  readFileSync(fileURLToPath(new URL('../../../packages/server/schema.graphql', import.meta.url)), 'utf8');

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
  'Customer.returnRisk',
  'CustomerFilter.audience',
  'CustomerFilter.event',
  'CustomerFilter.returnPropensity',
  'Mutation.deleteAudience',
  'Mutation.eraseCustomer',
  'Mutation.exportAudience',
  'Mutation.recordTreatments',
  'Mutation.saveAudience',
  'Mutation.saveDestination',
  'Mutation.startExperiment',
  'Mutation.syncAudience',
  'Query.audience',
  'Query.audiencePreview',
  'Query.audiences',
  'Query.campaigns',
  'Query.experiments',
  'Query.lifecycle',
  'Query.returns',
  'Query.sales',
  'SegmentProfile.topCategories',
  'SegmentProfile.topCountries',
  'Subscription.audienceChanged',
  'type ReturnRisk',
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

/** Which scope a field asks for. A shopper reads his own customer only. */
const SCOPES_OF = {
  /** May manage keys too: no scope opens it. */
  'secret key': [],
  'agent too': ['badge:read'],
  everybody: ['badge:read', 'shopper:read'],
  node: ['badge:read', 'shopper:read', 'reports:read'],
  profile: ['customers:read'],
  pii: ['customers:pii'],
  lookup: ['customers:lookup'],
  list: ['customers:list'],
  figures: ['customers:read', 'reports:read'],
  report: ['reports:read'],
  catalogue: ['badge:read', 'customers:read', 'reports:read'],
  imports: ['imports:read'],
  import: ['imports:write'],
  /** Holds nothing of its own: whoever comes there, but no shopper. */
  inside: [...ALL_SCOPES],
  anybody: [...ALL_SCOPES, 'shopper:read'],
} as const satisfies Record<string, readonly Grant[]>;
type Verdict = keyof typeof SCOPES_OF;

/**
 * THE TABLE: one verdict for all fields of a type, or one a field. The test fails on a type or field without one, so that
 * nobody adds a field without thinking of who sees it.
 */
const VERDICTS: Readonly<Record<string, Verdict | Readonly<Record<string, Verdict>>>> = {
  Action: 'inside',
  ActionRecommendation: 'profile',
  Agreement: 'report',
  ApiKey: 'secret key',
  Basis: 'inside',
  Bin: 'report',
  ClvModelReport: 'report',
  ClvReport: 'report',
  ClvSegmentRow: 'report',
  CohortCell: 'report',
  CohortRow: 'report',
  CohortTable: 'report',
  ConcentrationPoint: 'report',
  Correlation: 'report',
  CrossTableCell: 'report',
  Customer: {
    id: 'everybody',
    externalId: 'everybody',
    basis: 'agent too',
    segment: 'agent too',
    shopper: 'everybody',
    age: 'profile',
    channel: 'profile',
    clv: 'profile',
    city: 'profile',
    country: 'profile',
    email: 'pii',
    firstName: 'pii',
    firstOrderAt: 'profile',
    gender: 'profile',
    lastName: 'pii',
    lastOrderAt: 'profile',
    metrics: 'profile',
    nextActions: 'profile',
    recommendations: 'profile',
    orders: 'profile',
    registeredAt: 'profile',
    rfm: 'profile',
    segmentHistory: 'profile',
    segments: 'profile',
    state: 'profile',
    value: 'profile',
  },
  CustomerClv: 'profile',
  CustomerConnection: 'inside',
  CustomerEdge: 'inside',
  CustomerMetrics: 'profile',
  DataGaps: 'report',
  DataQuality: 'report',
  DecileRow: 'report',
  Distribution: 'report',
  ElbowPoint: 'report',
  ExplorationCategory: 'report',
  ExplorationCountry: 'report',
  ExplorationProduct: 'report',
  ExplorationReport: 'report',
  ExplorationSizes: 'report',
  ExtremeCustomer: { customer: 'agent too', externalId: 'report', value: 'report' },
  FeatureImportance: 'report',
  FeatureLoading: 'report',
  FeatureOutliers: 'report',
  Fences: 'report',
  FittedModel: 'report',
  GainPoint: 'report',
  Import: 'imports',
  ImportConnection: 'inside',
  ImportEdge: 'inside',
  ImportQuality: 'report',
  ImportRefused: 'import',
  ImportSucceeded: 'import',
  Inconsistencies: 'report',
  Interval: 'inside',
  KeyCreated: 'secret key',
  KeyRefused: 'secret key',
  KeyRevoked: 'secret key',
  LifecycleCoverage: 'report',
  LifecycleDuration: 'report',
  LifecycleDurations: 'report',
  LifecycleStations: 'report',
  LongTail: 'report',
  MapPlace: 'report',
  MissingValues: 'report',
  Money: 'anybody',
  Mutation: {
    cancelRun: 'secret key',
    setRunSchedule: 'secret key',
    startRun: 'secret key',
    createKey: 'secret key',
    importCustomers: 'import',
    importOrders: 'import',
    importProducts: 'import',
    recordEvents: 'import',
    revokeKey: 'secret key',
    rotateKey: 'secret key',
  },
  NamedCount: 'report',
  Order: 'profile',
  OrderConnection: 'inside',
  OrderCount: 'report',
  OrderEdge: 'inside',
  OrderLine: 'profile',
  OutlierTreatment: 'report',
  PageInfo: 'inside',
  PossibleMerge: 'pii',
  PossibleMergeConnection: 'inside',
  PossibleMergeEdge: 'inside',
  PrincipalComponent: 'report',
  Product: {
    id: 'anybody',
    externalId: 'anybody',
    name: 'anybody',
    category: 'anybody',
    brand: 'anybody',
    department: 'anybody',
    sku: 'anybody',
    listPrice: 'anybody',
    available: 'inside',
    stock: 'inside',
  },
  ProductRecommendation: 'profile',
  Quantile: 'report',
  QuarantineReason: 'report',
  QuarantinedRow: 'imports',
  Query: {
    customer: 'everybody',
    customersByExternalIds: 'everybody',
    customersByEmails: 'lookup',
    keys: 'secret key',
    // What they answer is judged by the type of the node.
    node: 'node',
    nodes: 'node',
    viewer: 'anybody',
    clv: 'report',
    cohorts: 'report',
    customers: 'list',
    exploration: 'report',
    imports: 'imports',
    possibleMerges: 'list',
    models: 'report',
    product: 'catalogue',
    run: 'report',
    runProgress: 'report',
    runSchedule: 'report',
    runs: 'report',
    segmentFlows: 'report',
    segmentation: 'report',
    segmentations: 'report',
    shop: 'report',
  },
  Reason: {
    text: 'inside',
    kind: 'inside',
    feature: 'inside',
    values: 'figures',
    value: 'figures',
    cutOff: 'figures',
    effect: 'figures',
  },
  RepeatSplit: 'report',
  ReturnDay: 'report',
  RfmScore: 'profile',
  RowProblem: 'import',
  Run: 'report',
  RunCancelled: 'secret key',
  RunProgress: 'report',
  RunRefused: 'secret key',
  RunSchedule: 'report',
  RunStarted: 'secret key',
  RunStep: 'report',
  RunConnection: 'inside',
  RunEdge: 'inside',
  Segment: {
    id: 'inside',
    key: 'inside',
    title: 'inside',
    description: 'inside',
    color: 'inside',
    actions: 'report',
    customers: 'list',
    profile: 'report',
    publicLabel: 'report',
    revenueShare: 'report',
    segmentation: 'inside',
    share: 'report',
    size: 'report',
    trend: 'report',
  },
  SegmentationQuality: 'report',
  SegmentChange: 'agent too',
  SegmentDistance: 'profile',
  SegmentFlow: 'report',
  SegmentMembership: {
    segment: 'agent too',
    since: 'agent too',
    why: 'agent too',
    nearest: 'profile',
    previous: 'profile',
  },
  SegmentPoint: 'report',
  SegmentProfile: 'report',
  Segmentation: {
    key: 'inside',
    title: 'inside',
    method: 'inside',
    segments: 'report',
    model: 'report',
    quality: 'report',
    crossTable: 'report',
  },
  Shop: 'report',
  ShopCounts: 'report',
  ShopperRecommendation: 'everybody',
  ShopperView: 'everybody',
  Subscription: { runProgress: 'report', segmentChanged: 'agent too' },
  ValueScore: 'profile',
  Viewer: 'anybody',
};

/** Nullable fields that are null for everybody in this shop, so that a null says nothing of who asks. */
const NULL_FOR_ALL: ReadonlySet<string> = new Set([
  'Basis.note',
  'ShopperRecommendation.boughtWith',
  'Viewer.subject',
  'Viewer.expiresAt',
]);

/** Eight who ask, one at least of every class, by what they were granted. Nobody is the ninth. */
const READERS = {
  'the secret key': [...ALL_SCOPES, 'shopper:read'],
  'a restricted key with every scope': ALL_SCOPES,
  'a restricted key for reports': ['reports:read'],
  'a restricted key for imports': ['imports:write'],
  "an agent's token for badges": ['badge:read'],
  "an agent's token for profiles": AGENT_SCOPES,
  "a customer's token": ['shopper:read'],
  'a publishable key': ['shopper:read'],
} as const satisfies Record<string, readonly Grant[]>;
type Reader = keyof typeof READERS;
const SHOPPERS: ReadonlySet<Reader> = new Set(["a customer's token", 'a publishable key']);

/** Stands in the profile of the shopper whom the table is tried on. */
const CANARY = 'canary';
const CANARY_AMOUNT = '98765.43';

function mayRead(reader: Reader, verdict: Verdict | undefined): boolean {
  if (reader === 'the secret key') return true;
  if (verdict === undefined) return false;
  return (SCOPES_OF[verdict] as readonly Grant[]).some((scope) =>
    (READERS[reader] as readonly Grant[]).includes(scope),
  );
}
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
  readonly root: 'query' | 'mutation' | 'subscription';
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

/** How the fields that need arguments are called. */
function callsFor(shopperId: string): Readonly<Record<string, string>> {
  const id = Buffer.from(`Customer:${shopperId}`).toString('base64');
  return {
    'Query.customer': `(externalId: "${shopperId}")`,
    'Query.customersByExternalIds': `(externalIds: ["${shopperId}"])`,
    'Query.customersByEmails': '(emails: ["matrix@shop.example"])',
    'Query.node': `(id: "${id}")`,
    'Query.nodes': `(ids: ["${id}"])`,
    'Query.product': '(externalId: "1")',
    'Query.run': '(id: "1")',
    'Query.segmentation': '(key: "rfm")',
    'Mutation.cancelRun': '(id: "1")',
    'Mutation.setRunSchedule': '(when: "off")',
    'Mutation.createKey': '(input: {kind: SECRET, title: "made by the matrix"})',
    'Mutation.revokeKey': '(id: "key_0")',
    'Mutation.rotateKey': '(id: "key_0")',
    'Mutation.importCustomers': '(input: [])',
    'Mutation.importOrders': '(input: [])',
    'Mutation.importProducts': '(input: [])',
    'Mutation.recordEvents': '(input: [])',
    'Subscription.segmentChanged': `(externalIds: ["${shopperId}"])`,
  };
}

/** Every object type that a reader comes to over fields that he may read, by the shortest way. */
function typesFor(reader: Reader, calls: Readonly<Record<string, string>>): Map<string, Reached> {
  const reached = new Map<string, Reached>([
    ['Query', { root: 'query', way: [], fields: fieldsOf('Query', calls) }],
    ['Mutation', { root: 'mutation', way: [], fields: fieldsOf('Mutation', calls) }],
    ['Subscription', { root: 'subscription', way: [], fields: fieldsOf('Subscription', calls) }],
  ]);
  // A map visits what is added while it is walked, so this is a breadth-first walk.
  for (const { root, way, fields } of reached.values()) {
    // Events come when they come; what they hold is reached from a customer too.
    if (root === 'subscription') continue;
    for (const field of fields) {
      if (!mayRead(reader, field.verdict)) continue;
      const inner = schema.getType(field.inner);
      const members = isUnionType(inner) ? inner.getTypes() : isObjectType(inner) ? [inner] : [];
      for (const { name } of members.filter((member) => !reached.has(member.name))) {
        const step = isUnionType(inner) ? { ...field, call: `${field.call} { ... on ${name}` } : field;
        reached.set(name, { root, way: [...way, step], fields: fieldsOf(name, calls) });
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

describe('T06: who may read what', () => {
  let server: TestServer;
  let calls: Readonly<Record<string, string>>;
  let types: Map<string, Reached>;
  let credentials: Record<Reader, string>;
  let shopperId: string;
  /** What no answer to a shopper holds: values of his profile, and segments but for the public label. */
  let internals: readonly string[];
  beforeAll(async () => {
    server = await startTestServer({ demoCustomers: 300 });
    const { sql } = server.database;
    const [shopper] = await sql<{ id: string }[]>`
      select customer_id as id from customer_profiles p
      where 'rfm:vip' = any(segments) and exists (
        select from order_items i where i.customer_id = p.customer_id and i.order_id = (
          select o.order_id from orders o where o.customer_id = p.customer_id order by placed_at desc, order_id desc limit 1))
      limit 1`;
    shopperId = shopper!.id;
    const restricted = async (...scopes: Scope[]) => (await makeKey(sql, { kind: 'restricted', scopes })).secret;
    const agents = await makeKey(sql, { kind: 'agent-signing', scopes: AGENT_SCOPES });
    credentials = {
      'the secret key': ADMIN_KEY,
      'a restricted key with every scope': await restricted(...ALL_SCOPES),
      'a restricted key for reports': await restricted('reports:read'),
      'a restricted key for imports': await restricted('imports:write'),
      "an agent's token for badges": await agentToken(agents, ''),
      "an agent's token for profiles": await agentToken(agents, AGENT_SCOPES.join(' ')),
      "a customer's token": await customerToken(await makeKey(sql, { kind: 'customer-signing' }), shopperId),
      'a publishable key': (await makeKey(sql, { kind: 'publishable', origins: ['https://shop.example'] })).secret,
    };
    // The shopper has a value in every column, so that a null is a refusal and not a gap in the data.
    await sql`
      update customers set email = 'matrix@shop.example', first_name = ${CANARY}, last_name = ${CANARY} where customer_id = ${shopperId}`;
    await sql`
      update customer_profiles set age = 40, gender = ${CANARY}, country = ${CANARY}, state = ${CANARY}, city = ${CANARY},
        channel = ${CANARY}, registered_at = now(), clv_90d = ${CANARY_AMOUNT}, net_revenue = ${CANARY_AMOUNT}
      where customer_id = ${shopperId}`;
    await sql`update products set stock = 10`;
    await sql`
      insert into segment_changes (customer_id, segmentation, run_id, changed_at, from_segment, to_segment, cause)
      select ${shopperId}, 'rfm', current_run_id, now(), 'loyal', 'vip', 'PURCHASE' from shop`;
    const { data } = await server.query<{ segmentations: { segments: { key: string; title: string }[] }[] }>(
      '{ segmentations { segments { key title } } }',
    );
    const segments = data.segmentations.flatMap(({ segments }) => segments).filter(({ title }) => title !== 'VIP');
    internals = [
      ...[CANARY, CANARY_AMOUNT, 'matrix@shop.example'],
      ...segments.flatMap(({ key, title }) => [`"${key}"`, `:${key}`, `"${title}"`]),
    ];
    calls = callsFor(shopperId);
    types = typesFor('the secret key', calls);
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
      const { root, way, fields } = type;
      if (root === 'subscription') continue;
      const { data, errors } = await server.query(ask(type, fields));
      expect(errors, way.map(({ name }) => name).join('.')).toBeUndefined();
      // What the badges and shoppers reach has a value everywhere, else the refusals below would prove nothing.
      if (way.some(({ verdict }) => !mayRead("an agent's token for badges", verdict))) continue;
      for (const field of fields) {
        if (field.place.startsWith('Reason.') || NULL_FOR_ALL.has(field.place)) continue;
        expect(valueAt(data, keysOf(way, field)), field.place).not.toBeNull();
      }
    }
  });

  it.each(Object.keys(READERS).filter((reader) => reader !== 'the secret key') as Reader[])(
    'holds for %s, field by field',
    async (reader) => {
      const mismatches: string[] = [];
      const answers: unknown[] = [];
      for (const type of typesFor(reader, calls).values()) {
        const { root, way, fields } = type;
        const open = fields.filter(({ verdict }) => mayRead(reader, verdict));
        if (open.length > 0 && root !== 'subscription') {
          const { data, errors } = await server.query(ask(type, open), undefined, credentials[reader]);
          answers.push(data, errors);
          if (errors !== undefined) mismatches.push(`${open[0]?.place} ...: ${errors[0]?.message}`);
        }
        for (const field of fields.filter(({ verdict }) => !mayRead(reader, verdict))) {
          const { data, errors } = await server.query(ask(type, [field]), undefined, credentials[reader]);
          answers.push(data, errors);
          if (valueAt(data, keysOf(way, field)) !== null) mismatches.push(`${field.place} is answered`);
          // Once for every row of a list.
          const codes = [...new Set((errors ?? []).map(({ extensions }) => extensions.code))];
          const expected = field.isNullable ? [] : ['FORBIDDEN'];
          if (codes.join() !== expected.join()) mismatches.push(`${field.place} answers the error "${codes}"`);
        }
      }
      expect(mismatches).toEqual([]);
      if (!SHOPPERS.has(reader)) return;
      // Of all that was answered, refusals included.
      const said = JSON.stringify(answers);
      for (const secret of internals) expect(said, reader).not.toContain(secret);
    },
  );

  it('opens the stream of events to whoever may read badges, every field of an event, and to nobody else', async () => {
    const fields = types
      .get('SegmentChange')!
      .fields.map(({ selection }) => selection)
      .join(' ');
    const text = server.persist(`subscription { segmentChanged${calls['Subscription.segmentChanged']} { ${fields} } }`);
    const [run] = await server.database.sql<{ id: number }[]>`select current_run_id::int as id from shop`;
    const move = {
      customerId: shopperId,
      segmentation: 'rfm',
      runId: run!.id,
      changedAt: new Date(),
      fromSegment: 'loyal',
      toSegment: 'vip',
      cause: 'PURCHASE' as const,
    };
    for (const [reader, credential] of Object.entries(credentials) as [Reader, string][]) {
      const controller = new AbortController();
      const answer = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'text/event-stream',
          authorization: `Bearer ${credential}`,
        },
        body: JSON.stringify({ query: text }),
        signal: controller.signal,
      });
      const reading = answer.body!.getReader();
      const next = async () => new TextDecoder().decode((await reading.read()).value);
      const first = await next();
      const isOpen = mayRead(reader, 'agent too');
      expect({ status: answer.status, isOpen: first === ':\n\n' }, reader).toEqual({
        status: isOpen ? 200 : 403,
        isOpen,
      });
      if (isOpen) {
        // The server listens a moment after the stream is open, so it is told until it has heard.
        const telling = setInterval(
          () => void server.database.sql.begin((transaction) => notifyMoves(transaction, [move])),
          200,
        );
        let event = await next();
        while (event === ':\n\n') event = await next();
        clearInterval(telling);
        const { data, errors } = JSON.parse(/^data: (.*)$/m.exec(event)![1]!);
        expect(errors, reader).toBeUndefined();
        expect(Object.keys(data.segmentChanged)).toEqual(types.get('SegmentChange')!.fields.map(({ name }) => name));
        expect(Object.values(data.segmentChanged), reader).not.toContain(null);
      }
      controller.abort();
      await expect.poll(() => server.streamCount()).toBe(0);
    }
  });

  it('answers a nullable field that is withheld with null and without an error', async () => {
    const customer = types.get('Customer')!;
    const email = customer.fields.filter(({ name }) => name === 'email');
    const badges = credentials["an agent's token for badges"];
    const { status, data, errors } = await server.query(ask(customer, email), undefined, badges);
    expect({ status, data, errors }).toEqual({ status: 200, data: { customer: { email: null } }, errors: undefined });
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
