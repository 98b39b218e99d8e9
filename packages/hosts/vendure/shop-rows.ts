import type { Customer, HistoryService, Order } from '@vendure/core';

/** `1999` at 2 digits after the point -> `19.99`. Money is text from here on: no float ever holds it. */
function decimal(minor: number, digits: number): string {
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const point = text.length - digits;
  return `${minor < 0 ? '-' : ''}${text.slice(0, point)}${digits > 0 ? `.${text.slice(point)}` : ''}`;
}

/** What an order went through; its changes of state are read. */
type History = Awaited<ReturnType<HistoryService['getHistoryForOrder']>>['items'];

/** A customer as `importCustomers` takes one. @param customer with its addresses */
export function customerRow(customer: Customer, externalId: string) {
  const address =
    customer.addresses.find(({ defaultBillingAddress }) => defaultBillingAddress) ??
    customer.addresses.find(({ defaultShippingAddress }) => defaultShippingAddress) ??
    customer.addresses[0];
  return {
    externalId,
    email: customer.emailAddress,
    firstName: customer.firstName,
    lastName: customer.lastName,
    country: address?.country?.code,
    state: address?.province || undefined,
    city: address?.city || undefined,
    registeredAt: customer.createdAt,
    version: customer.updatedAt,
  };
}

/**
 * An order as `importOrders` takes one: as it is now, in prices with tax.
 * @param order with customer, lines, their variants, payments and refunds
 * @param digits after the point of an amount in Vendure's database
 */
export function orderRow(
  order: Order,
  history: History,
  { customerId, digits }: { customerId: string | undefined; digits: number },
) {
  const refunds = order.payments.flatMap(({ refunds }) => refunds).filter(({ state }) => state === 'Settled');
  const refundedPieces = new Map<unknown, number>();
  for (const { orderLineId, quantity } of refunds.flatMap(({ lines }) => lines)) {
    refundedPieces.set(orderLineId, (refundedPieces.get(orderLineId) ?? 0) + quantity);
  }
  const lines = order.lines.map((line) => {
    const placed = Math.max(line.orderPlacedQuantity, line.quantity);
    // A cancelled piece has left the quantity already, and is usually refunded too: it must not count twice.
    const kept = Math.min(line.quantity, placed - (refundedPieces.get(line.id) ?? 0));
    return { line, placed, kept };
  });
  const isCancelled = order.state === 'Cancelled';
  const isRefunded = !isCancelled && refunds.length > 0 && lines.every(({ kept }) => kept <= 0);
  const changes = history.filter(({ type }) => type === 'ORDER_STATE_TRANSITION');
  const enteredAt = (state: string) => latest(changes.filter(({ data }) => data.to === state).map((c) => c.createdAt));
  const times = isCancelled
    ? { cancelledAt: enteredAt('Cancelled') ?? order.updatedAt }
    : {
        shippedAt: enteredAt('Shipped'),
        deliveredAt: enteredAt('Delivered'),
        ...(isRefunded && { status: 'refunded', returnedAt: latest(refunds.map(({ updatedAt }) => updatedAt)) }),
      };
  return {
    externalId: order.code,
    customerId,
    placedAt: order.orderPlacedAt,
    ...times,
    currency: order.currencyCode,
    version: order.updatedAt,
    lines: lines
      // What is gone as a whole is told by the order's status, with the lines that it had.
      .map(({ line, placed, kept }) => ({ line, quantity: isCancelled || isRefunded ? placed : kept }))
      .filter(({ quantity }) => quantity > 0)
      .map(({ line, quantity }) => ({
        externalId: String(line.id),
        productId: String(line.productVariantId),
        productName: line.productVariant?.translations[0]?.name,
        quantity,
        amount: decimal(line.proratedUnitPriceWithTax * quantity, digits),
      })),
  };
}

const latest = (times: readonly Date[]): Date | undefined =>
  times.length === 0 ? undefined : new Date(Math.max(...times.map(Number)));
