import { type Chance, WeightedChoice } from './chance.js';
import { type Department, KINDS, type Kind } from './product-kinds.js';

export interface Product {
  id: number;
  kind: Kind;
  department: Department;
  name: string;
  brand: string;
  sku: string;
  retailCents: number;
  costCents: number;
  /** In [0, 1); of several candidates the most popular is bought. */
  popularity: number;
}

export interface Catalogue {
  products: Product[];
  /** The products of a kind for a department, cheapest first; the other department's where it has none. */
  shelf(kind: Kind, department: Department): Product[];
}

// Invented names; the second column places a brand's prices beside the median of a kind.
const BRANDS: [name: string, priceLevel: number][] = [
  ['Marrowick', 0.8],
  ['Sorrel & Quill', 1.25],
  ['Halden Fold', 1.0],
  ['Tidewren', 0.95],
  ['Ashcombe Loom', 1.4],
  ['Brindlemoor', 1.1],
  ['Oakhollow Row', 0.85],
  ['Pellagrove', 1.0],
  ['Saltmarrow', 0.9],
  ['Corvandale', 1.3],
  ['Wexhollow', 0.75],
  ['Kestrelby', 1.05],
  ['Fennelby Lane', 1.15],
  ['Thistledown Mill', 0.9],
  ['Ember & Oat', 1.5],
  ['Plainfellow', 0.6],
  ['Dapplegate', 0.7],
  ['Verrowtide', 1.2],
  ['Nimblecote', 0.8],
  ['Larkensea', 1.0],
  ['Greyhollin', 1.35],
  ['Mossbridle', 0.95],
  ['Tarnquist', 1.6],
  ['Pepperlode', 0.7],
  ['Sundrel', 0.85],
  ['Ravelstead', 1.1],
  ['Ondelark', 1.75],
  ['Buttonfjord', 0.9],
  ['Quillhaven Goods', 1.0],
  ['Zephyrmint', 0.8],
];

const COLOURS =
  'Black|Ivory|Navy|Charcoal|Olive|Rust|Sage|Indigo|Sand|Burgundy|Heather Grey|Teal|Mustard|Dusty Rose|Forest|Sky Blue|Chocolate|Coral|Plum|White'.split(
    '|',
  );

/**
 * Makes the shop's products, at least one of each kind and department.
 * @param productCount raised to the number of shelves where it is below
 */
export function stockCatalogue(chance: Chance, productCount: number): Catalogue {
  const shelves = KINDS.flatMap((each) =>
    each.departments.map((department) => ({ kind: each, department, products: [] as Product[] })),
  );
  const byDemand = new WeightedChoice(shelves, ({ kind: { weight } }) => weight);
  const products: Product[] = [];
  while (products.length < Math.max(productCount, shelves.length)) {
    const shelf = products.length < shelves.length ? shelves[products.length] : byDemand.draw(chance);
    const product = makeProduct(chance, products.length + 1, shelf.kind, shelf.department);
    products.push(product);
    shelf.products.push(product);
  }
  const shelvesOf = { Women: new Map<Kind, Product[]>(), Men: new Map<Kind, Product[]>() };
  for (const { kind, department, products } of shelves) {
    products.sort((a, b) => a.retailCents - b.retailCents || a.id - b.id);
    shelvesOf[department].set(kind, products);
  }
  return {
    products,
    shelf: (kind, department) => shelvesOf[department].get(kind) ?? shelvesOf[kind.departments[0]].get(kind)!,
  };
}

function makeProduct(chance: Chance, id: number, kind: Kind, department: Department): Product {
  const [brand, priceLevel] = chance.pick(BRANDS);
  const price = kind.medianPrice * priceLevel * Math.exp(0.28 * chance.normal());
  // Prices end in .99, .50 or .00, as they do on tags.
  const retailCents = Math.max(4, Math.round(price)) * 100 - chance.pick([1, 1, 1, 50, 0]);
  const style = chance.pick(kind.styles);
  return {
    id,
    kind,
    department,
    name: `${brand} ${department}'s ${style} ${chance.pick(kind.nouns)} in ${chance.pick(COLOURS)}`,
    brand,
    sku: `${kind.key.slice(0, 3).toUpperCase()}-${department[0]}-${String(id).padStart(6, '0')}`,
    retailCents,
    costCents: Math.round(retailCents * chance.between(0.34, 0.56)),
    popularity: chance.unit(),
  };
}
