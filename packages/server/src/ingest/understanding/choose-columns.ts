import type { FileHead, InputFormat } from '../format.js';
import { ENTITIES } from '../rows/entities.js';
import type { Mapping } from '../rows/mapping.js';
import { columnsOf, isLeftOut } from '../rows/read-rows.js';
import type { ColumnProfile } from './column-profile.js';
import { columnLine, type Finding } from './finding.js';

/** Columns that a table's own names and values choose for fields, in the place of what the entity's aliases alone would. */
export interface ChosenColumns {
  /** By field, as normalised headers; '' for none. */
  readonly columns: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
}

const NONE: ChosenColumns = { columns: {}, findings: [] };
const NAMES_AN_ID = /id|number|no$|nr|code|external|key/;
const OF_LINE = [
  'line_total',
  'row_total',
  'item_total',
  'line_amount',
  'item_amount',
  'lineitem_total',
  'linetotal',
  'net_line_total',
];
const OF_ORDER = ['total', 'total_amount'];
const BESIDE_A_TOTAL = ['subtotal', 'order_discount', 'tax', 'shipping', 'tip', 'gift_card_paid'];

/** Customers whose names stand where an id would are known by their addresses. */
function knownByAddress(
  format: InputFormat,
  head: FileHead,
  { columns: told, attributes, ignored, values }: Mapping,
  profiles: readonly ColumnProfile[],
): ChosenColumns {
  const places = columnsOf({ format, entity: 'customers', head, columns: told, attributes, ignored, values });
  const profileOf = (field: string): ColumnProfile | undefined =>
    profiles[places[ENTITIES.customers.findIndex(({ name }) => name === field)]!];
  const [person, email] = [profileOf('customer_id'), profileOf('email')];
  const isNamed = person?.readsAsWords === true && !NAMES_AN_ID.test(person.name);
  if (!isNamed || email === undefined || told.customer_id !== undefined) return NONE;
  return { columns: { customer_id: email.name, email: email.name }, findings: [] };
}

/** Chooses columns of a table of sales whose names alone may mislead. What a mapping file or a format names stays. */
export function chooseColumns(
  { format, head, mapping }: { readonly format: InputFormat; readonly head: FileHead; readonly mapping: Mapping },
  profiles: readonly ColumnProfile[],
): ChosenColumns {
  if (format.columns !== undefined) return NONE;
  if (format.entity === 'customers') return knownByAddress(format, head, mapping, profiles);
  if (format.entity !== 'sales') return NONE;
  const { columns: told, attributes, ignored, values } = mapping;
  const places = columnsOf({ format, entity: 'sales', head, columns: told, attributes, ignored, values });
  const profileOf = (field: string): ColumnProfile | undefined =>
    profiles[places[ENTITIES.sales.findIndex(({ name }) => name === field)]!];
  const columns: Record<string, string> = {};
  const findings: Finding[] = [];
  const person = profileOf('customer_id');
  if (told.customer_id === undefined && person !== undefined && !NAMES_AN_ID.test(person.name)) {
    if (person.kind === 'email')
      Object.assign(columns, {
        customer_id: '',
        ...(told.email === undefined && profileOf('email') === undefined && { email: person.name }),
      });
    else if (person.readsAsWords) {
      columns.customer_id = '';
      findings.push({
        stops: false,
        text: `"${person.title.trim()}" holds names, which are no ids`,
        rows: person.filled,
        mapping: `${columnLine('customer_id', person.title.trim())} takes them as ids`,
      });
    }
  }
  const isThere = (name: string) => head.header.includes(name) && !isLeftOut(name, mapping);
  const own = OF_LINE.find(isThere);
  const whole = OF_ORDER.find(isThere);
  if (own !== undefined && told.amount === undefined) {
    columns.amount = own;
    if (whole !== undefined && told.order_total === undefined && profileOf('order_total') === undefined)
      columns.order_total = whole;
  }
  // Beside taxes, shipping and the like a total is that of the order.
  const amount = profileOf('amount');
  const isWhole =
    columns.amount === undefined &&
    told.amount === undefined &&
    told.order_total === undefined &&
    amount !== undefined &&
    OF_ORDER.includes(amount.name) &&
    profileOf('order_total') === undefined &&
    BESIDE_A_TOTAL.some((field) => profileOf(field) !== undefined);
  if (isWhole) Object.assign(columns, { amount: '', order_total: amount.name });
  return { columns, findings };
}
