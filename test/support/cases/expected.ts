/** A value as a case wants it: exactly, or within bounds. Decimals are compared by their value, `today-40` is a day in UTC. */
export type Wanted =
  | string
  | number
  | null
  | {
      readonly atMost?: string | number;
      readonly atLeast?: string | number;
      readonly oneOf?: readonly unknown[];
      readonly noneOf?: readonly unknown[];
    };

export type WantedFields = Readonly<Record<string, Wanted>> & { readonly orAbsent?: never };

export interface Outcome {
  readonly customers?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  /** No customer has this id. */
  readonly absent?: readonly string[];
  readonly orders?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly totals?: Readonly<Record<string, unknown>>;
  readonly rows?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly asOf?: unknown;
  /** Regular expressions, each found in what the commands say or in the reasons of quarantined rows. */
  readonly says?: readonly string[];
  /** A regular expression that the reason of every quarantined row has. */
  readonly refusalsSay?: string;
  readonly graphql?: readonly {
    readonly query: string;
    readonly variables?: Record<string, unknown>;
    readonly expect: unknown;
  }[];
}

export interface Step {
  readonly import?: readonly string[];
  readonly map?: string;
  readonly format?: string;
  readonly accept?: boolean;
  readonly score?: { readonly asOf?: string };
  readonly expect?: {
    readonly exitCode?: number | 'nonzero';
    readonly stderrIncludes?: readonly string[];
    readonly columnsReported?: readonly string[];
  };
}

export interface Part extends Outcome {
  readonly name?: string;
  readonly shop?: { readonly currency?: string; readonly timeZone?: string };
  readonly steps: readonly Step[];
  readonly anyOf?: readonly Outcome[];
}

/** `expected.json` of a case: one shop, or a list of them. */
export interface Case extends Part {
  readonly title: string;
  readonly kind: string;
  readonly parts?: readonly Part[];
}

/** What a shop says once it is imported and scored. */
export interface Seen {
  readonly asOf: string | null;
  readonly rows: Readonly<Record<string, unknown>>;
  readonly refusals: readonly string[];
  readonly customers: readonly (Readonly<Record<string, unknown>> & {
    readonly externalId: string;
    readonly email: string | null;
  })[];
  readonly orders: Readonly<Record<string, unknown>>;
  readonly totals: Readonly<Record<string, unknown>>;
}

const DAY_MS = 86_400_000;
const DECIMAL = /^[+-]?\d+(\.\d+)?$/;

/** `today`, `today-40` and `today+30` as days in UTC. */
export const withToday = (text: string) =>
  text.replace(/\btoday(?:([+-])(\d+))?\b/g, (_, sign: string | undefined, days = '0') =>
    new Date(Date.now() + (sign === '-' ? -1 : 1) * Number(days) * DAY_MS).toISOString().slice(0, 10),
  );

/** One text for all ways to write a number or an address. */
function plain(value: unknown): string {
  const text = String(value);
  if (!DECIMAL.test(text)) return text.includes('@') ? text.toLowerCase() : text;
  const [, sign, whole = '', fraction] = /^([+-]?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(text)!;
  const digits = fraction ? `${whole}.${fraction}` : whole;
  return sign === '-' && digits !== '0' ? `-${digits}` : digits;
}

const isNothing = (value: unknown) => value === null || value === undefined;
const same = (got: unknown, want: unknown) =>
  isNothing(got) || isNothing(want) ? isNothing(got) === isNothing(want) : plain(got) === plain(want);
const rank = (value: unknown) => (DECIMAL.test(String(value)) ? Number(value) : Date.parse(withToday(String(value))));
const show = (value: unknown) => (value !== null && typeof value === 'object' ? JSON.stringify(value) : String(value));

function fits(got: unknown, want: unknown): boolean {
  if (want === null || typeof want !== 'object') return same(got, typeof want === 'string' ? withToday(want) : want);
  const { atMost, atLeast, oneOf, noneOf, ...unknown } = want as Exclude<Wanted, string | number | null>;
  if (Object.keys(unknown).length > 0) throw new Error(`no comparison is called ${Object.keys(unknown).join(', ')}`);
  if (atMost !== undefined && !(!isNothing(got) && rank(got) <= rank(atMost))) return false;
  if (atLeast !== undefined && !(!isNothing(got) && rank(got) >= rank(atLeast))) return false;
  if (oneOf !== undefined && !oneOf.some((one) => same(got, one))) return false;
  return !(noneOf ?? []).some((one) => same(got, one));
}

/** Everything that is wanted is there; of a list, each element somewhere. */
function holds(got: unknown, want: unknown): boolean {
  if (Array.isArray(want)) return Array.isArray(got) && want.every((one) => got.some((other) => holds(other, one)));
  if (want !== null && typeof want === 'object') {
    if (got === null || typeof got !== 'object') return false;
    return Object.entries(want).every(([key, value]) => holds((got as Record<string, unknown>)[key], value));
  }
  return same(got, want);
}

function shortOf(what: string, got: unknown, want: Readonly<Record<string, unknown>> | null): string[] {
  if (want === null) return got === undefined ? [] : [`${what} is there`];
  const { orAbsent, ...fields } = want;
  if (got === undefined) return orAbsent === true ? [] : [`${what} is missing`];
  const known = got as Record<string, unknown>;
  return Object.entries(fields).flatMap(([field, value]) => {
    if (!(field in known)) return [`${what} has no field ${field}`];
    return fits(known[field], value) ? [] : [`${what} ${field} is ${show(known[field])}, not ${show(value)}`];
  });
}

/** What falls short of one outcome, as sentences; empty where it holds. `told` is all that the commands said. */
export function shortcomings(want: Outcome, seen: Seen, told: string, answers: readonly unknown[]): string[] {
  const short: string[] = [];
  for (const [id, fields] of Object.entries(want.customers ?? {})) {
    const found = seen.customers.filter(
      ({ externalId, email }) => externalId === id || (id.includes('@') && (same(externalId, id) || same(email, id))),
    );
    if (found.length > 1)
      short.push(`${id} is ${found.length} customers: ${found.map((one) => one.externalId).join(', ')}`);
    short.push(...shortOf(id, found[0], fields));
  }
  for (const id of want.absent ?? []) {
    if (seen.customers.some(({ externalId }) => externalId === id)) short.push(`customer "${id}" is there`);
  }
  for (const [id, fields] of Object.entries(want.orders ?? {}))
    short.push(...shortOf(`order ${id}`, seen.orders[id], fields));
  for (const [file, fields] of Object.entries(want.rows ?? {}))
    short.push(...shortOf(`rows of ${file}`, seen.rows[file], fields));
  if (want.totals !== undefined) short.push(...shortOf('the shop', seen.totals, want.totals));
  if (want.asOf !== undefined && !fits(seen.asOf, want.asOf)) short.push(`as of ${seen.asOf}, not ${show(want.asOf)}`);
  for (const pattern of want.says ?? [])
    if (!new RegExp(pattern, 'i').test(told)) short.push(`nothing says /${pattern}/`);
  if (want.refusalsSay !== undefined) {
    const wayOut = new RegExp(want.refusalsSay, 'i');
    const mute = seen.refusals.filter((reason) => !wayOut.test(reason));
    if (mute.length > 0) short.push(`${mute.length} refusals name no way out, such as ${mute[0]}`);
  }
  for (const [index, { expect }] of (want.graphql ?? []).entries()) {
    if (!holds(answers[index], expect))
      short.push(`answer ${index + 1} is ${show(answers[index])}, not ${show(expect)}`);
  }
  return short;
}
