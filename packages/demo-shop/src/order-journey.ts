import { DAY, LAST_MOMENT, monthOf, wholeSecond } from './calendar.js';
import type { Chance } from './chance.js';

export type Status = 'Complete' | 'Shipped' | 'Processing' | 'Cancelled' | 'Returned';

/** Times are milliseconds since 1970 in whole seconds; null is "not yet" or "never". */
export interface Journey {
  status: Status;
  shippedAt: number | null;
  deliveredAt: number | null;
  returnedAt: number | null;
}

const CANCELLED = 0.1;
/** Parcels that never moved on, whatever their age. */
const STUCK = 0.001;
/** With the spread between customers and kinds, 19 % of delivered orders come back. */
const RETURN_LOG_ODDS = -1.475;
const LATE_LOG_ODDS = 0.35;
const LONGEST_RETURN_DAYS = 13.5;
const LATE_DAYS = 5;

export function isLate(createdAt: number, journey: Journey): boolean {
  return journey.deliveredAt !== null && journey.deliveredAt - createdAt > LATE_DAYS * DAY;
}

/** Follows an order from checkout to the moment of extraction; what would come after that has not happened. */
export function drawJourney(chance: Chance, createdAt: number, returnLogOdds: number): Journey {
  const journey: Journey = { status: 'Processing', shippedAt: null, deliveredAt: null, returnedAt: null };
  if (chance.happens(CANCELLED)) return { ...journey, status: 'Cancelled' };
  const rush = monthOf(createdAt) >= 10 ? 1.25 : 1;
  const shippedAt = wholeSecond(createdAt + rush * chance.gamma(3) * 0.38 * DAY + DAY / 24);
  if (chance.happens(STUCK / 2) || shippedAt > LAST_MOMENT) return journey;
  const deliveredAt = wholeSecond(shippedAt + rush * chance.gamma(7) * 0.375 * DAY + DAY / 12);
  if (chance.happens(STUCK / 2) || deliveredAt > LAST_MOMENT) return { ...journey, status: 'Shipped', shippedAt };
  const delivered: Journey = { ...journey, status: 'Complete', shippedAt, deliveredAt };
  const logOdds = RETURN_LOG_ODDS + returnLogOdds + (isLate(createdAt, delivered) ? LATE_LOG_ODDS : 0);
  if (!chance.happens(1 / (1 + Math.exp(-logOdds)))) return delivered;
  // Most come back within days of the parcel.
  const returnedAt = wholeSecond(deliveredAt + Math.min(LONGEST_RETURN_DAYS, 0.2 + chance.gamma(2.2) * 1.9) * DAY);
  return returnedAt > LAST_MOMENT ? delivered : { ...delivered, status: 'Returned', returnedAt };
}
