import { type BasketLine, chooseProduct, drawBasket, drawFavourites, type Taste } from './basket.js';
import { DAY, LAST_MOMENT, MONTH_DEMAND, monthOf, wholeSecond, YEAR } from './calendar.js';
import type { Catalogue } from './catalogue.js';
import { type Chance, WeightedChoice } from './chance.js';
import { drawJourney, isLate, type Journey } from './order-journey.js';
import { drawPerson, type Person } from './people.js';
import type { Department } from './product-kinds.js';

export interface DemoOrder extends Journey {
  createdAt: number;
  lines: BasketLine[];
}

export interface DemoCustomer {
  id: number;
  person: Person;
  trafficSource: string;
  signedUpAt: number;
  /** Oldest first; empty for a Prospect. */
  orders: DemoOrder[];
}

/** What a customer is like; the segmentations are to find it from the orders alone. */
interface Temperament {
  share: number;
  ordersPerYear: number;
  /** Mean chance that an order was the last. */
  dropout: number;
  returnLogOdds: number;
  taste: Pick<Taste, 'priceLevel' | 'saleShare' | 'saleDepth' | 'basketSize'>;
}

const TEMPERAMENTS: Record<string, Temperament> = {
  highValueLoyalist: {
    share: 0.03,
    ordersPerYear: 2.2,
    dropout: 0.22,
    returnLogOdds: -0.4,
    taste: { priceLevel: 0.85, saleShare: 0.08, saleDepth: 0.14, basketSize: 1.9 },
  },
  frequentBuyer: {
    share: 0.04,
    ordersPerYear: 2.2,
    dropout: 0.42,
    returnLogOdds: -0.2,
    taste: { priceLevel: 0.45, saleShare: 0.2, saleDepth: 0.16, basketSize: 1.1 },
  },
  bargainHunter: {
    share: 0.22,
    ordersPerYear: 1.5,
    dropout: 0.64,
    returnLogOdds: 0.3,
    taste: { priceLevel: 0.35, saleShare: 0.86, saleDepth: 0.42, basketSize: 1.2 },
  },
  rareHighSpender: {
    share: 0.045,
    ordersPerYear: 0.8,
    dropout: 0.64,
    returnLogOdds: 0.1,
    taste: { priceLevel: 0.92, saleShare: 0.06, saleDepth: 0.12, basketSize: 2.1 },
  },
  occasionalShopper: {
    share: 0.665,
    ordersPerYear: 1.3,
    dropout: 0.66,
    returnLogOdds: 0,
    taste: { priceLevel: 0.5, saleShare: 0.18, saleDepth: 0.18, basketSize: 0.9 },
  },
};

/** Spread of pace (gamma shape) and of dropout (beta, a + b) between customers of one temperament. */
const PACE_SHAPE = 2;
const DROPOUT_CERTAINTY = 24;

const EVER_BUYS = 0.82;
/** Most sign up at the checkout, some look around for weeks first. */
const SIGNS_UP_AT_CHECKOUT = 0.6;
/** Of those whose favourite wears out. */
const REPLENISHES = 0.4;
const DROPOUT_AFTER_LATE = 0.06;
const DROPOUT_AFTER_RETURN = 0.08;

/** A voucher in the first parcel keeps some who would leave. */
const DROPOUT_WITH_VOUCHER = 0.905;

const PEAK_DEMAND = Math.max(...MONTH_DEMAND);

const TRAFFIC: [source: string, weight: number][] = [
  ['Search', 52],
  ['Organic', 18],
  ['Facebook', 10],
  ['Email', 9],
  ['Display', 6],
  ['Referral', 5],
];

const temperamentChoice = new WeightedChoice(Object.values(TEMPERAMENTS), ({ share }) => share);
const trafficChoice = new WeightedChoice(TRAFFIC, ([, weight]) => weight);

/**
 * Lives one customer's years at the shop: buying as in the BG/NBD model (Fader, Hardie and Lee, 2005: Poisson visits at
 * a pace of one's own, a chance of leaving after each order), with months, staples and disappointments on top.
 */
export function liveCustomer(chance: Chance, catalogue: Catalogue, id: number, signedUpAt: number): DemoCustomer {
  const person = drawPerson(chance, id);
  const [trafficSource] = trafficChoice.draw(chance);
  const orders = chance.happens(EVER_BUYS) ? liveOrders(chance, catalogue, person, signedUpAt) : [];
  return { id, person, trafficSource, signedUpAt, orders };
}

function liveOrders(chance: Chance, catalogue: Catalogue, person: Person, signedUpAt: number): DemoOrder[] {
  const temperament = temperamentChoice.draw(chance);
  const department = person.gender === 'F' ? 'Women' : 'Men';
  const taste = drawTaste(chance, catalogue, temperament, department);
  const returnLogOdds = temperament.returnLogOdds + 0.8 * chance.normal();
  const ordersPerYear = (temperament.ordersPerYear * chance.gamma(PACE_SHAPE)) / PACE_SHAPE;
  const dropout = chance.beta(temperament.dropout * DROPOUT_CERTAINTY, (1 - temperament.dropout) * DROPOUT_CERTAINTY);
  const stapleLastsDays = (taste.staple?.kind.wearsOutAfterDays ?? 0) * Math.exp(0.35 * chance.normal());

  const orders: DemoOrder[] = [];
  let moment = signedUpAt + chance.exponential(chance.happens(SIGNS_UP_AT_CHECKOUT) ? 0.2 : 40) * DAY;
  while (moment <= LAST_MOMENT) {
    const createdAt = wholeSecond(moment);
    const lines = drawBasket(chance, catalogue, taste, createdAt);
    const kindLogOdds = lines.reduce((sum, { product }) => sum + product.kind.returnLogOdds, 0) / lines.length;
    const journey = drawJourney(chance, createdAt, returnLogOdds + kindLogOdds);
    orders.push({ createdAt, lines, ...journey });
    const disappointment =
      (isLate(createdAt, journey) ? DROPOUT_AFTER_LATE : 0) +
      (journey.status === 'Returned' ? DROPOUT_AFTER_RETURN : 0);
    const leaves = orders.length === 1 ? dropout * DROPOUT_WITH_VOUCHER : dropout;
    if (chance.happens(leaves + disappointment)) break;
    moment = taste.staple
      ? moment + stapleLastsDays * DAY * (chance.gamma(12) / 12)
      : nextVisit(chance, moment, ordersPerYear);
  }
  return orders;
}

function drawTaste(chance: Chance, catalogue: Catalogue, temperament: Temperament, department: Department): Taste {
  const favourites = drawFavourites(chance, department);
  const priceLevel = temperament.taste.priceLevel + 0.12 * chance.normal();
  const wearing = favourites.find((kind) => kind.wearsOutAfterDays !== undefined);
  const staple =
    wearing && chance.happens(REPLENISHES)
      ? chooseProduct(chance, catalogue, wearing, department, priceLevel)
      : undefined;
  return { ...temperament.taste, department, favourites, priceLevel, staple };
}

/** Poisson visits that follow the months' demand, by thinning (Lewis and Shedler, 1979). */
function nextVisit(chance: Chance, after: number, ordersPerYear: number): number {
  let moment = after;
  do moment += chance.exponential(YEAR / (ordersPerYear * PEAK_DEMAND));
  while (moment <= LAST_MOMENT && !chance.happens(MONTH_DEMAND[monthOf(moment)] / PEAK_DEMAND));
  return moment;
}
