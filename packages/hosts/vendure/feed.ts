import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import {
  ConfigService,
  Customer,
  CustomerAddressEvent,
  CustomerEvent,
  EventBus,
  HistoryService,
  type ID,
  type JobQueue,
  JobQueueService,
  Logger,
  Order,
  OrderPlacedEvent,
  OrderStateTransitionEvent,
  RefundStateTransitionEvent,
  RequestContextService,
  TransactionalConnection,
} from '@vendure/core';
import { customerIdOf, TESSERA_OPTIONS, type TesseraPluginOptions } from './options';
import { customerRow, orderRow } from './shop-rows';

const LOG_CONTEXT = 'TesseraPlugin';
/** A day of trying, where the job queue waits longer from attempt to attempt up to 10 minutes. */
const RETRIES = 150;
const ANSWER_TIMEOUT_MS = 30_000;

const RESULT = `{
  ... on ImportSucceeded { problems { field value reason } }
  ... on ImportRefused { code message }
}`;
const IMPORT_CUSTOMERS = `mutation ($customers: [CustomerInput!]!) {
  customers: importCustomers(input: $customers) ${RESULT}
}`;
const IMPORT_ORDERS = `mutation ($customers: [CustomerInput!]!, $orders: [OrderInput!]!) {
  customers: importCustomers(input: $customers) ${RESULT}
  orders: importOrders(input: $orders) ${RESULT}
}`;

interface ImportResult {
  problems?: { field: string; reason: string }[];
  code?: string;
  message?: string;
}

interface Answer {
  data?: Record<string, ImportResult> | null;
  errors?: { message: string }[];
}

type Change = { kind: 'customer' | 'order'; id: ID };

/**
 * Tells Tessera of orders and customers. An event only puts an id into the job queue, after the shop's own transaction;
 * the job reads how things are by then, so that late, repeated and reordered jobs end in the same.
 */
@Injectable()
export class TesseraFeed implements OnModuleInit, OnApplicationBootstrap {
  private queue: JobQueue<Change>;

  constructor(
    @Inject(TESSERA_OPTIONS) private readonly options: TesseraPluginOptions,
    @Inject(ConfigService) private readonly config: ConfigService,
    @Inject(TransactionalConnection) private readonly connection: TransactionalConnection,
    @Inject(HistoryService) private readonly histories: HistoryService,
    @Inject(RequestContextService) private readonly contexts: RequestContextService,
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(JobQueueService) private readonly queues: JobQueueService,
  ) {}

  async onModuleInit() {
    this.queue = await this.queues.createQueue({
      name: 'tessera',
      process: async ({ data: { kind, id }, attempts }) => {
        try {
          await (kind === 'order' ? this.sendOrder(id) : this.sendCustomer(id));
        } catch (error) {
          Logger.warn(`${kind} ${id} was not sent, attempt ${attempts}: ${(error as Error).message}`, LOG_CONTEXT);
          throw error;
        }
      },
    });
  }

  onApplicationBootstrap() {
    if (!this.options.ingestKey) return;
    this.events.ofType(CustomerEvent).subscribe(({ entity, type }) => {
      if (type !== 'deleted') this.note('customer', entity.id);
    });
    this.events.ofType(CustomerAddressEvent).subscribe(({ entity }) => {
      if (entity.customer) this.note('customer', entity.customer.id);
    });
    this.events.ofType(OrderPlacedEvent).subscribe(({ order }) => this.note('order', order.id));
    this.events.ofType(OrderStateTransitionEvent).subscribe(({ order }) => {
      if (order.orderPlacedAt) this.note('order', order.id);
    });
    this.events.ofType(RefundStateTransitionEvent).subscribe(({ order }) => this.note('order', order.id));
  }

  /** Whatever happens here, the shop goes on. */
  private note(kind: Change['kind'], id: ID) {
    this.queue.add({ kind, id }, { retries: RETRIES }).catch((error: Error) => {
      Logger.error(`${kind} ${id} could not be queued: ${error.message}`, LOG_CONTEXT, error.stack);
    });
  }

  private async sendCustomer(id: ID) {
    const customers = this.connection.rawConnection.getRepository(Customer);
    const customer = await customers.findOne({ where: { id }, relations: { addresses: { country: true } } });
    if (!customer || customer.deletedAt) return;
    await this.send(IMPORT_CUSTOMERS, { customers: [customerRow(customer, customerIdOf(this.options, customer))] });
  }

  private async sendOrder(id: ID) {
    const order = await this.connection.rawConnection.getRepository(Order).findOne({
      where: { id },
      relations: {
        customer: { addresses: { country: true } },
        lines: { productVariant: true },
        payments: { refunds: { lines: true } },
      },
    });
    // The parts of an order that sellers share are counted with the whole.
    if (!order?.orderPlacedAt || order.type === 'Seller') return;
    const ctx = await this.contexts.create({ apiType: 'admin' });
    const { items: history } = await this.histories.getHistoryForOrder(ctx, id, false);
    const { customer } = order;
    const customerId = customer && customerIdOf(this.options, customer);
    const digits = this.config.entityOptions.moneyStrategy?.precision ?? 2;
    await this.send(IMPORT_ORDERS, {
      customers: customer && customerId && !customer.deletedAt ? [customerRow(customer, customerId)] : [],
      orders: [orderRow(order, history, { customerId, digits })],
    });
  }

  /** @throws Error when it has to be sent again; what cannot be used is only logged, as it would not be the next time either */
  private async send(query: string, variables: object) {
    const response = await fetch(this.options.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.options.ingestKey}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const { data, errors } = (await response.json()) as Answer;
    if (!data || errors) throw new Error(errors?.[0]?.message ?? `status ${response.status}`);
    for (const { code, message, problems = [] } of Object.values(data)) {
      if (code) throw new Error(`${code}: ${message}`);
      for (const { field, reason } of problems) Logger.error(`${field} cannot be used: ${reason}`, LOG_CONTEXT);
    }
  }
}
