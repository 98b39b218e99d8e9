import type { InputFormat } from './format.js';
import { apiObjects } from './formats/api-objects.js';
import { campaignsTable } from './formats/campaigns-table.js';
import { cdnowText } from './formats/cdnow-text.js';
import { customerAttributes } from './formats/customer-attributes.js';
import { customersTable } from './formats/customers-table.js';
import { eventsTable } from './formats/events-table.js';
import { invoiceLines } from './formats/invoice-lines.js';
import { mergesTable } from './formats/merges-table.js';
import { orderItemsTable } from './formats/order-items-table.js';
import { ordersTable } from './formats/orders-table.js';
import { productsJson } from './formats/products-json.js';
import { productsTable } from './formats/products-table.js';
import { returnsTable } from './formats/returns-table.js';
import { transactionLog } from './formats/transaction-log.js';
import { treatmentsTable } from './formats/treatments-table.js';
import { usersKeyValue } from './formats/users-key-value.js';
import { shopifyCustomers } from './platforms/shopify/customers-export.js';
import { shopifyOrders } from './platforms/shopify/orders-export.js';
import { woocommerceOrders } from './platforms/woocommerce/orders-export.js';

/** THE LIST of formats. The first that recognises a file reads it, so the more particular stand first. */
export const FORMATS: readonly InputFormat[] = [
  usersKeyValue,
  productsJson,
  ...apiObjects,
  cdnowText,
  shopifyOrders,
  shopifyCustomers,
  woocommerceOrders,
  mergesTable,
  treatmentsTable,
  campaignsTable,
  eventsTable,
  invoiceLines,
  returnsTable,
  orderItemsTable,
  ordersTable,
  transactionLog,
  customersTable,
  productsTable,
  customerAttributes,
];
