import type { EntityKey } from '../../db/queries/imports/merge.js';
import type { FileHead, InputFormat } from '../format.js';
import { CsvRecords } from '../rows/csv-records.js';
import { digitsOf } from '../rows/currency-signs.js';
import { type Dialect, detectDialect, PLAIN_DIALECT } from '../rows/dialect.js';
import { ENTITIES, type Field } from '../rows/entities.js';
import type { Mapping } from '../rows/mapping.js';
import { readDecimal } from '../rows/read-amount.js';
import { columnsOf, isLeftOut, otherColumns } from '../rows/read-rows.js';
import { type ChosenColumns, chooseColumns } from './choose-columns.js';
import { type ColumnKind, type ColumnProfile, namesMoney, TableObserver } from './column-profile.js';
import { columnLine, type Finding, ignoredLine, yamlWord } from './finding.js';

/** What becomes of one column. */
export interface ColumnUse {
  /** As the file writes it. */
  readonly title: string;
  readonly use: 'used' | 'attribute' | 'left-out' | 'not-understood';
  /** The fields that it fills. */
  readonly fields: readonly string[];
  readonly kind: ColumnKind;
  readonly filled: number;
  /** A mapping file or the format names it for its field. */
  readonly isChosen: boolean;
}

/** What a file is, before a row of it is stored. */
export interface Understanding {
  readonly format: InputFormat;
  /** Why it is taken for that. */
  readonly why: string;
  /** None where the format has no columns of its own. */
  readonly columns: readonly ColumnUse[];
  /** How each field is written, in the order of the entity's fields. */
  readonly dialects: ReadonlyMap<EntityKey, readonly Dialect[]>;
  /** Columns by field that were chosen by names and values together. */
  readonly chosen: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
  /** Rows below the header; null where it was not counted. */
  readonly rows: number | null;
  /** Some column says what an order, a line or a piece is worth; null where columns tell nothing. */
  readonly knowsWorth: boolean | null;
  /** Some column of an order file holds money that is not 0. */
  readonly holdsMoney: boolean;
}

interface TableFile {
  readonly format: InputFormat;
  readonly head: FileHead;
  readonly text: AsyncIterable<string>;
  readonly mapping: Mapping;
  readonly why: string;
  readonly currencyDigits: number;
}

/** Rows of these say what was ordered, paid and sent back. */
export const OF_ORDERS: ReadonlySet<EntityKey> = new Set(['orders', 'items', 'sales', 'returns']);
/** Fields that say what an order, a line or a refund is worth. */
const WORTH = new Set(['amount', 'unit_price', 'order_total', 'subtotal']);

/** Columns of many shops that say nothing of what was bought, by whom, when and for how much. */
const LEFT_OUT =
  /^(?:id|uuid|guid|row|row_?id|index|no|nr)$|(?:^|_)(?:notes?|comments?|remarks?|message|memo|street|address|address_?\d|address_line_\d|line_?\d|postal_code|postcode|zip|zip_code|latitude|longitude|lat|lng|lon|geom|ip|ip_address|user_agent|browser|device|cost|costs|margin|profit|fee|fees|commission|balance|weight|points|rating|url|link|image|picture|barcode|ean|gtin|upc|tax_rate|vat_rate|tracking|tracking_number|payment_id|payment_method|warehouse|inventory_item_id|distribution_center_id|num_of_items?|gender|notiz|notizen|bemerkung|strasse|straße|plz|kosten|gebühr|gewicht|punkte)$/;

/** Watches every cell of a table. */
async function profileTable(head: FileHead, text: AsyncIterable<string>, currencyDigits: number) {
  const observer = new TableObserver(head.titles, head.header);
  let rows = 0;
  const records = new CsvRecords(head.delimiter, head.text.includes('\n') ? '\n' : '\r', {
    record(cells, line) {
      if (line <= head.headerLine || cells.length !== head.header.length) return;
      rows++;
      observer.row(cells);
    },
    bad: () => {},
  });
  let isFirst = true;
  for await (const chunk of text) {
    records.push(isFirst ? chunk.replace(/^\uFEFF/, '') : chunk);
    isFirst = false;
  }
  records.end();
  return { rows, profiles: observer.profiles(currencyDigits) };
}

const quoted = (title: string) => `"${title.trim()}"`;

const isWorthKnown = (columns: readonly ColumnUse[], { values = {} }: Mapping) =>
  columns.some(({ fields }) => fields.some((field) => WORTH.has(field))) ||
  [...WORTH].some((field) => values[field] !== undefined);

/** The number of an order in a header, by itself and not as part of what customers have, such as `total_orders`. */
const ORDER_NUMBER =
  /^(?:order|invoice|transaction|receipt|sale|bestellung?|bestell|auftrags?|rechnungs?|beleg|pedido|factura|commande|facture|ordine|fattura|encomenda|zamówienie|bestelling)s?_?(?:id|no|nr|num|number|nummer|code|ref|reference|name)?$|^(?:número|numero|numéro|no|nº|n)_(?:de_)?(?:pedido|commande|ordine|factura|facture)$|注文番号|订单号|رقم_الطلب/u;

/** A table that is taken for customers, although its other columns are those of orders. */
function looksLikeOrders(
  columns: readonly ColumnUse[],
  profiles: readonly ColumnProfile[],
  mapping: Mapping,
): Finding[] {
  if (mapping.format !== undefined) return [];
  const open = profiles.filter((profile, i) => columns[i]!.use !== 'used' && !isLeftOut(profile.name, mapping));
  const find = (is: (profile: ColumnProfile) => boolean) => open.find(is)?.title.trim();
  const money = find(({ kind, holdsNumbers }) => kind === 'money' && holdsNumbers);
  const date = find(({ kind }) => kind === 'date');
  const order = find(({ name }) => ORDER_NUMBER.test(name));
  const status = find(({ kind }) => kind === 'status');
  const person = profiles.find((_, i) => columns[i]!.fields.includes('customer_id'));
  const comesAgain = (person?.repeats ?? 0) > 0.05 && date !== undefined;
  if (money === undefined || (order === undefined && status === undefined && !comesAgain)) return [];
  const line = [
    `order_id: ${order === undefined ? 'COLUMN' : yamlWord(order)}`,
    `placed_at: ${date === undefined ? 'COLUMN' : yamlWord(date)}`,
    `amount: ${yamlWord(money)}`,
  ].join(', ');
  return [
    {
      stops: true,
      text: `it is taken for a list of customers, and its columns look like those of orders: ${[order, date, money, status].flatMap((title) => (title === undefined ? [] : [quoted(title)])).join(', ')}`,
      rows: null,
      mapping: `format: transaction-log and columns: { ${line} }, or, if it is a list of customers, format: customers-table`,
    },
  ];
}

/** What keeps a file of orders from being read rightly, by its columns alone. */
function columnFindings(
  { format, mapping }: TableFile,
  columns: readonly ColumnUse[],
  profiles: readonly ColumnProfile[],
  chosen: ChosenColumns,
): Finding[] {
  if (format.entity === 'customers') return looksLikeOrders(columns, profiles, mapping);
  if (!OF_ORDERS.has(format.entity)) return [];
  const findings: Finding[] = [];
  const fields = new Set([...columns.flatMap((column) => column.fields), ...Object.keys(mapping.values ?? {})]);
  const knowsWorth = isWorthKnown(columns, mapping);
  // Whoever says which column is the money has said what the others are not.
  const isWorthTold = [...WORTH].some((field) => mapping.columns[field] !== undefined);
  columns.forEach(({ title, use, kind, filled }, i) => {
    const profile = profiles[i]!;
    if (use !== 'not-understood' || kind !== 'money' || !profile.holdsNumbers) return;
    const stops = !knowsWorth || (!isWorthTold && namesMoney(profile.name));
    findings.push({
      stops,
      text: `the column ${quoted(title)} holds money (${profile.examples.slice(0, 2).join(', ')}) and nothing says of what`,
      rows: filled,
      mapping: `${columnLine(knowsWorth ? 'FIELD' : 'amount', title.trim())} (what was paid), or, if it plays no part, ${ignoredLine(title.trim())}`,
    });
  });
  const isNamedByWords = chosen.findings.length > 0;
  const knowsPerson = fields.has('customer_id') || fields.has('email');
  if (!knowsPerson && (format.entity === 'sales' || format.entity === 'orders')) {
    const email = profiles.find(({ kind }, i) => kind === 'email' && columns[i]!.use !== 'used');
    if (email !== undefined && !isLeftOut(email.name, mapping)) {
      findings.push({
        stops: true,
        text: `no column is known to name the customer, and ${quoted(email.title)} holds e-mail addresses`,
        rows: email.filled,
        mapping: columnLine('email', email.title.trim()),
      });
    } else if (mapping.columns.customer_id === undefined && !isNamedByWords) {
      findings.push({
        stops: false,
        text: 'no column names the customer: these orders count in the totals of the shop and in no profile',
        rows: null,
        mapping: 'columns: { customer_id: COLUMN }',
      });
    }
  }
  if (format.entity === 'sales' && !knowsWorth && !findings.some(({ stops }) => stops)) {
    findings.push({
      stops: false,
      text: 'no column holds money: each order counts and is worth 0',
      rows: null,
      mapping: null,
    });
  }
  return findings;
}

/** How a column is written, for the field that it fills. */
function dialectOfColumn(profile: ColumnProfile | undefined, { read }: Field, hasOtherCurrencies: boolean): Dialect {
  if (profile === undefined) return PLAIN_DIALECT;
  const { order, shortYears, dayNumbers } = profile.dates;
  const { decimal, byCurrency } = profile.amounts;
  // The decimals of the shop's currency say nothing of weights, nor of money in other currencies.
  const sign = byCurrency && (read !== readDecimal || hasOtherCurrencies) ? 'open' : decimal;
  return {
    dates: order === 'dmy' || order === 'mdy' || order === 'ymd' ? order : null,
    shortYears,
    dayNumbers,
    decimalComma: sign === ',',
    decimalOpen: sign === 'open',
    statuses: {},
  };
}

/**
 * Reads a table from its first row to its last before any is stored: what each column holds and what becomes of it, how
 * each field is written, and what would give a false figure.
 */
export async function understandTable(file: TableFile): Promise<Understanding> {
  const { format, head, mapping } = file;
  const { rows, profiles } = await profileTable(head, file.text, file.currencyDigits);
  const chosen = chooseColumns(file, profiles);
  const told = { ...mapping, columns: { ...chosen.columns, ...mapping.columns } };
  const entities: readonly EntityKey[] = [format.entity, ...(format.feeds ?? [])];
  const dialects = new Map<EntityKey, readonly Dialect[]>();
  const fieldsOf = profiles.map(() => new Set<string>());
  const attributes = new Set<number>();
  for (const entity of entities) {
    const { columns, attributes: kept, ignored, values } = told;
    const source = { format, entity, head, columns, attributes: kept, ignored, values };
    const places = columnsOf(source);
    const fields = ENTITIES[entity];
    const currency = profiles[places[fields.findIndex(({ name }) => name === 'currency')]!];
    const hasOtherCurrencies =
      currency?.examples.some((code) => digitsOf(code.toUpperCase()) !== file.currencyDigits) ?? false;
    fields.forEach(({ name }, i) => {
      if (places[i]! >= 0 && places[i]! < profiles.length) fieldsOf[places[i]!]!.add(name);
    });
    for (const column of otherColumns(source, places)) attributes.add(column);
    dialects.set(
      entity,
      fields.map((field, i) => dialectOfColumn(profiles[places[i]!], field, hasOtherCurrencies)),
    );
  }
  const isOwn = format.columns !== undefined;
  const columns = profiles.map(({ title, name, kind, filled }, i): ColumnUse => {
    const fields = [...fieldsOf[i]!];
    const use =
      fields.length > 0
        ? 'used'
        : attributes.has(i)
          ? 'attribute'
          : isLeftOut(name, mapping) || isLeftOut(name, format) || (!isOwn && LEFT_OUT.test(name)) || name === ''
            ? 'left-out'
            : 'not-understood';
    const isChosen = fields.some(
      (field) => Object.hasOwn(mapping.columns, field) || Object.hasOwn(format.columns ?? {}, field),
    );
    return { title, use, fields, kind, filled, isChosen };
  });
  return {
    ...{ format, why: file.why, columns, dialects, rows },
    chosen: chosen.columns,
    findings: [...chosen.findings, ...columnFindings(file, columns, profiles, chosen)],
    knowsWorth: isWorthKnown(columns, mapping),
    holdsMoney:
      OF_ORDERS.has(format.entity) &&
      profiles.some(
        ({ kind, holdsNumbers }, i) =>
          holdsNumbers &&
          (columns[i]!.use === 'used'
            ? columns[i]!.fields.some((field) => WORTH.has(field))
            : kind === 'money' && columns[i]!.use === 'not-understood'),
      ),
  };
}

/** A file without columns is what its format says: its cells are found by the names that the format knows. */
export function understandOther(format: InputFormat, head: FileHead, why: string): Understanding {
  const dialect = detectDialect(head.text, head.delimiter);
  return {
    ...{ format, why, columns: [], chosen: {}, findings: [], rows: null, knowsWorth: null, holdsMoney: false },
    dialects: new Map([[format.entity, ENTITIES[format.entity].map(() => dialect)]]),
  };
}
