import { MONTH_DEMAND, monthOf } from './calendar.js';
import type { Catalogue, Product } from './catalogue.js';
import { type Chance, WeightedChoice } from './chance.js';
import { type Department, KINDS, type Kind, kindOf } from './product-kinds.js';

export interface BasketLine {
  product: Product;
  quantity: number;
  /** Of one piece. */
  saleCents: number;
}

/** What decides how one customer fills a basket. */
export interface Taste {
  department: Department;
  favourites: Kind[];
  /** Bought again on this customer's own clock. */
  staple: Product | undefined;
  /** Where on the shelf, from 0 (cheapest) to 1, the customer tends to look. */
  priceLevel: number;
  /** Chance that an order waits for a sale, and the mean depth of the discount then. */
  saleShare: number;
  saleDepth: number;
  /** 1 for the usual number of lines and pieces. */
  basketSize: number;
}

const FROM_FAVOURITES = 0.6;
const FOR_SOMEBODY_ELSE = 0.08;
const ONE_MORE_LINE = 0.14;
const MOST_LINES = 6;
/** January, July and November: prices are cut for everybody now and then. */
const SALE_MONTHS = [0, 6, 10];
const DEEPEST_DISCOUNT = 0.7;

const SEASON_DEMAND = {
  always: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  summer: [0.4, 0.5, 0.8, 1.2, 1.9, 2.3, 2.2, 1.5, 0.8, 0.5, 0.4, 0.5],
  winter: [1.6, 1.3, 1.0, 0.7, 0.5, 0.4, 0.4, 0.6, 1.1, 1.5, 1.9, 2.0],
};

const kindsByMonth = (department: Department): WeightedChoice<Kind>[] =>
  MONTH_DEMAND.map(
    (_, month) =>
      new WeightedChoice(
        KINDS.filter((kind) => kind.departments.includes(department)),
        (kind) => kind.weight * SEASON_DEMAND[kind.season][month],
      ),
  );

const DEMAND: Record<Department, WeightedChoice<Kind>[]> = { Women: kindsByMonth('Women'), Men: kindsByMonth('Men') };

/** Draws two favourite kinds; February and August together sell something of everything. */
export function drawFavourites(chance: Chance, department: Department): Kind[] {
  return [1, 7].map((month) => DEMAND[department][month].draw(chance));
}

/** Takes the more popular of three products near the customer's price level. */
export function chooseProduct(
  chance: Chance,
  catalogue: Catalogue,
  kind: Kind,
  department: Department,
  priceLevel: number,
): Product {
  const shelf = catalogue.shelf(kind, department);
  let chosen: Product | undefined;
  for (let look = 0; look < 3; look++) {
    const height = Math.min(0.999, Math.max(0, priceLevel + 0.15 * chance.normal()));
    const candidate = shelf[Math.floor(height * shelf.length)];
    if (!chosen || candidate.popularity > chosen.popularity) chosen = candidate;
  }
  return chosen!;
}

/** Fills a basket: the staple, or a kind that is liked or in season; what goes with it; and more by whim. */
export function drawBasket(chance: Chance, catalogue: Catalogue, taste: Taste, createdAt: number): BasketLine[] {
  const month = monthOf(createdAt);
  const onSale = chance.happens(Math.min(0.95, taste.saleShare + (SALE_MONTHS.includes(month) ? 0.12 : 0)));
  const lines: BasketLine[] = [];
  const add = (product: Product): void => {
    if (lines.length === MOST_LINES || lines.some((line) => line.product === product)) return;
    const depth = onSale ? Math.min(DEEPEST_DISCOUNT, Math.max(0.05, taste.saleDepth + 0.09 * chance.normal())) : 0;
    const several = product.kind.wearsOutAfterDays ? 0.35 : 0.06;
    lines.push({
      product,
      quantity: chance.happens(several * taste.basketSize) ? 2 + chance.below(2) : 1,
      saleCents: Math.round(product.retailCents * (1 - depth)),
    });
  };
  const addKind = (kind: Kind, department: Department): void => {
    add(chooseProduct(chance, catalogue, kind, department, taste.priceLevel));
    for (const [key, probability] of kind.goesWith) {
      if (chance.happens(probability * Math.min(1.5, taste.basketSize))) {
        add(chooseProduct(chance, catalogue, kindOf(key), department, taste.priceLevel));
      }
    }
  };
  const addWhim = (): void => {
    const elsewhere = chance.happens(month === 11 ? 2 * FOR_SOMEBODY_ELSE : FOR_SOMEBODY_ELSE);
    const department = elsewhere ? (taste.department === 'Women' ? 'Men' : 'Women') : taste.department;
    if (!elsewhere && chance.happens(FROM_FAVOURITES)) addKind(chance.pick(taste.favourites), department);
    else addKind(DEMAND[department][month].draw(chance), department);
  };
  if (taste.staple) add(taste.staple);
  else addWhim();
  while (lines.length < MOST_LINES && chance.happens(ONE_MORE_LINE * taste.basketSize)) addWhim();
  return lines;
}
