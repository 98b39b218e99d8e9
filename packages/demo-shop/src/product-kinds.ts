export type Department = 'Women' | 'Men';

/** A sort of product: what it costs, when it sells, how often it comes back, and what is bought along with it. */
export interface Kind {
  key: string;
  category: string;
  departments: Department[];
  nouns: string[];
  styles: string[];
  medianPrice: number;
  /** Share of demand relative to the other kinds. */
  weight: number;
  season: 'summer' | 'winter' | 'always';
  /** Added to the log-odds of a return. */
  returnLogOdds: number;
  /** Keys of complements, and the chance that an order of this kind holds one too. */
  goesWith: [key: string, probability: number][];
  /** Days after which it is worn out, for what people buy again and again. */
  wearsOutAfterDays?: number;
}

const both: Department[] = ['Women', 'Men'];
const women: Department[] = ['Women'];
const men: Department[] = ['Men'];

function kind(
  key: string,
  category: string,
  departments: Department[],
  nouns: string,
  styles: string,
  medianPrice: number,
  weight: number,
  more: Partial<Pick<Kind, 'season' | 'returnLogOdds' | 'wearsOutAfterDays'>> & {
    goesWith?: Record<string, number>;
  } = {},
): Kind {
  return {
    key,
    category,
    departments,
    nouns: nouns.split('|'),
    styles: styles.split('|'),
    medianPrice,
    weight,
    season: 'always',
    returnLogOdds: 0,
    ...more,
    goesWith: Object.entries(more.goesWith ?? {}),
  };
}

export const KINDS: Kind[] = [
  kind(
    'trunks',
    'Underwear',
    men,
    'Boxer Briefs 3-Pack|Trunks|Boxers',
    'Cotton Stretch|Modal|Seamless|Ribbed|Everyday',
    26,
    11,
    { returnLogOdds: -1.1, goesWith: { crew: 0.22 }, wearsOutAfterDays: 150 },
  ),
  kind(
    'hipsters',
    'Underwear',
    women,
    'Hipsters 5-Pack|Briefs|Bikini Briefs',
    'Cotton|Lace Trim|Seamless|Modal|Bamboo',
    24,
    9,
    { returnLogOdds: -1.1, goesWith: { bralette: 0.2 }, wearsOutAfterDays: 140 },
  ),
  kind(
    'bralette',
    'Intimates',
    women,
    'Bralette|T-Shirt Bra|Balconette Bra',
    'Lace|Wireless|Soft Cup|Padded|Mesh',
    38,
    5,
    { returnLogOdds: 0.35, goesWith: { hipsters: 0.2 } },
  ),
  kind(
    'jeans',
    'Jeans',
    both,
    'Jeans',
    'Slim Straight|Bootcut|High Rise Skinny|Relaxed Taper|Wide Leg|Selvedge',
    84,
    11,
    { returnLogOdds: 0.45, goesWith: { belt: 0.3, tee: 0.12 } },
  ),
  kind(
    'crew',
    'Socks',
    both,
    'Crew Socks 6-Pack|Ankle Socks 4-Pack|No-Show Socks',
    'Cushioned|Combed Cotton|Ribbed|Arch Support|Striped',
    16,
    9,
    { returnLogOdds: -1.4, wearsOutAfterDays: 110 },
  ),
  kind('wool-socks', 'Socks', both, 'Wool Socks|Hiking Socks', 'Merino|Heavyweight|Cabin|Alpine', 21, 4, {
    season: 'winter',
    returnLogOdds: -1.3,
    wearsOutAfterDays: 190,
  }),
  kind('swim-trunks', 'Swim', men, 'Swim Trunks|Board Shorts|Swim Briefs', 'Quick Dry|Printed|Volley|Stretch', 42, 6, {
    season: 'summer',
    returnLogOdds: 0.1,
    goesWith: { sunglasses: 0.2, towel: 0.18, sandals: 0.1 },
  }),
  kind(
    'swimsuit',
    'Swim',
    women,
    'One Piece Swimsuit|Bikini Top|Bikini Bottom|Tankini',
    'Halter|Bandeau|Ruched|Sporty|Scoop Neck',
    58,
    6,
    { season: 'summer', returnLogOdds: 0.4, goesWith: { sunglasses: 0.2, towel: 0.18, cover: 0.16 } },
  ),
  kind('cover', 'Swim', women, 'Beach Cover-Up|Sarong', 'Crochet|Gauze|Printed', 34, 1.5, { season: 'summer' }),
  kind('towel', 'Swim', both, 'Beach Towel|Swim Bag', 'Turkish Cotton|Quick Dry|Striped', 29, 1.5, {
    season: 'summer',
    returnLogOdds: -1,
  }),
  kind('sandals', 'Accessories', both, 'Slide Sandals|Flip Flops', 'Cushioned|Leather|Cork', 32, 2, {
    season: 'summer',
    returnLogOdds: 0.2,
  }),
  kind('belt', 'Accessories', both, 'Belt', 'Full-Grain Leather|Braided|Reversible|Canvas', 34, 3, {
    returnLogOdds: -0.4,
  }),
  kind('sunglasses', 'Accessories', both, 'Sunglasses', 'Polarized|Round|Aviator|Tortoiseshell', 62, 3, {
    season: 'summer',
    returnLogOdds: -0.1,
  }),
  kind('scarf', 'Accessories', both, 'Scarf|Gloves|Beanie', 'Cashmere Blend|Cable Knit|Lambswool|Fleece', 33, 4, {
    season: 'winter',
    returnLogOdds: -0.6,
  }),
  kind('wallet', 'Accessories', both, 'Wallet|Card Holder', 'Slim|Bifold|Zip Around', 44, 2.5, { returnLogOdds: -0.6 }),
  kind(
    'toiletry',
    'Travel Accessories',
    both,
    'Toiletry Bag|Hanging Organizer',
    'Waxed Canvas|Waterproof|Leather Trim',
    36,
    3.5,
    { returnLogOdds: -0.7, goesWith: { passport: 0.24, cubes: 0.22 } },
  ),
  kind('passport', 'Travel Accessories', both, 'Passport Wallet|Luggage Tag Set', 'RFID|Saffiano|Canvas', 28, 2.5, {
    returnLogOdds: -0.8,
    goesWith: { toiletry: 0.18 },
  }),
  kind('cubes', 'Travel Accessories', both, 'Packing Cubes|Laundry Pouch Set', 'Compression|Mesh|Ripstop', 31, 2.5, {
    returnLogOdds: -0.8,
    goesWith: { 'neck-pillow': 0.16 },
  }),
  kind('neck-pillow', 'Travel Accessories', both, 'Neck Pillow|Eye Mask', 'Memory Foam|Silk|Inflatable', 27, 2, {
    returnLogOdds: -0.4,
  }),
  kind(
    'tee',
    'Tops & Tees',
    both,
    'T-Shirt|Henley|Tank Top|Polo Shirt',
    'Organic Cotton|V-Neck|Crewneck|Slub|Relaxed',
    29,
    10,
    { returnLogOdds: -0.05, goesWith: { shorts: 0.1 } },
  ),
  kind('blouse', 'Tops & Tees', women, 'Blouse|Wrap Top|Tunic', 'Silk|Linen|Floral|Pleated', 54, 4, {
    returnLogOdds: 0.35,
  }),
  kind(
    'sweater',
    'Sweaters',
    both,
    'Cardigan|Pullover|Turtleneck Sweater',
    'Merino|Cable Knit|Cashmere|Chunky',
    78,
    6,
    { season: 'winter', returnLogOdds: 0.15, goesWith: { scarf: 0.15 } },
  ),
  kind(
    'hoodie',
    'Fashion Hoodies & Sweatshirts',
    both,
    'Hoodie|Sweatshirt',
    'Fleece|Zip-Up|French Terry|Oversized',
    52,
    6,
    { season: 'winter', goesWith: { joggers: 0.2 } },
  ),
  kind(
    'coat',
    'Outerwear & Coats',
    both,
    'Parka|Wool Coat|Rain Jacket|Down Vest',
    'Insulated|Belted|Waterproof|Quilted',
    168,
    5,
    { season: 'winter', returnLogOdds: 0.3, goesWith: { scarf: 0.24 } },
  ),
  kind('shorts', 'Shorts', both, 'Shorts|Bermuda Shorts', 'Chino|Cargo|Denim|Linen', 44, 5, {
    season: 'summer',
    returnLogOdds: 0.1,
    goesWith: { tee: 0.2 },
  }),
  kind('pants', 'Pants', both, 'Chinos|Trousers|Cargo Pants', 'Slim|Pleated|Stretch Twill|Straight', 68, 5, {
    returnLogOdds: 0.35,
    goesWith: { belt: 0.18 },
  }),
  kind('joggers', 'Active', both, 'Joggers|Training Shorts|Sports Top', 'Moisture-Wicking|Tapered|Performance', 48, 5, {
    returnLogOdds: 0.05,
    goesWith: { crew: 0.2 },
  }),
  kind('leggings', 'Leggings', women, 'Leggings|Capri Leggings', 'High Waist|Seamless|Fleece Lined', 36, 4, {
    returnLogOdds: 0.1,
    goesWith: { joggers: 0.14 },
  }),
  kind('dress', 'Dresses', women, 'Dress', 'Wrap|Shift|Maxi|Slip|Shirt', 92, 5, {
    season: 'summer',
    returnLogOdds: 0.7,
    goesWith: { jewellery: 0.16 },
  }),
  kind('skirt', 'Skirts', women, 'Skirt', 'Pleated Midi|Pencil|A-Line|Denim', 56, 2, { returnLogOdds: 0.45 }),
  kind('jewellery', 'Accessories', women, 'Necklace|Hoop Earrings|Bracelet', 'Gold Tone|Beaded|Layered', 27, 2, {
    returnLogOdds: -0.5,
  }),
  kind(
    'suit',
    'Suits & Sport Coats',
    men,
    'Sport Coat|Two-Piece Suit|Suit Vest',
    'Slim Fit|Herringbone|Linen Blend',
    210,
    2.5,
    { returnLogOdds: 0.5, goesWith: { tie: 0.35, 'dress-shirt': 0.3 } },
  ),
  kind('dress-shirt', 'Tops & Tees', men, 'Dress Shirt|Oxford Shirt', 'Non-Iron|Slim Fit|Poplin', 58, 3, {
    returnLogOdds: 0.2,
    goesWith: { tie: 0.15 },
  }),
  kind('tie', 'Accessories', men, 'Tie|Pocket Square', 'Silk|Knit|Striped', 36, 1.5, { returnLogOdds: -0.6 }),
  kind('blazer', 'Blazers & Jackets', women, 'Blazer|Cropped Jacket', 'Tailored|Double-Breasted|Bouclé', 118, 2, {
    returnLogOdds: 0.5,
    goesWith: { blouse: 0.2 },
  }),
  kind('pyjamas', 'Sleep & Lounge', both, 'Pyjama Set|Robe|Lounge Pants', 'Flannel|Satin|Jersey|Waffle', 46, 5, {
    season: 'winter',
    returnLogOdds: -0.2,
    goesWith: { 'wool-socks': 0.14 },
  }),
];

const kindByKey = new Map(KINDS.map((each) => [each.key, each]));

export function kindOf(key: string): Kind {
  const found = kindByKey.get(key);
  if (!found) throw new Error(`no kind of product is called ${key}`);
  return found;
}
