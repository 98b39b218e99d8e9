/** The codes that ISO 4217 knows. */
const CODES = new Set(Intl.supportedValuesOf('currency'));

const DOLLARS = 'USD CAD AUD NZD SGD HKD TWD MXN ARS CLP COP UYU BRL BSD BBD BZD BMD JMD TTD XCD FJD NAD LRD DOP';

/** What is written beside amounts, by the currencies that it may mean. */
const SIGNS: Readonly<Record<string, string>> = {
  $: DOLLARS,
  '＄': DOLLARS,
  US$: 'USD',
  U$S: 'USD',
  $US: 'USD',
  USD$: 'USD',
  CA$: 'CAD',
  C$: 'CAD NIO',
  A$: 'AUD',
  AU$: 'AUD',
  NZ$: 'NZD',
  HK$: 'HKD',
  S$: 'SGD',
  NT$: 'TWD',
  MX$: 'MXN',
  R$: 'BRL',
  CLP$: 'CLP',
  COL$: 'COP',
  AR$: 'ARS',
  '€': 'EUR',
  euro: 'EUR',
  euros: 'EUR',
  '£': 'GBP EGP LBP SYP GIP FKP SHP SSP SDG',
  '¥': 'JPY CNY',
  '￥': 'JPY CNY',
  'JP¥': 'JPY',
  'CN¥': 'CNY',
  RMB: 'CNY',
  円: 'JPY',
  元: 'CNY TWD HKD',
  '₩': 'KRW KPW',
  원: 'KRW',
  '₹': 'INR',
  rs: 'INR PKR LKR NPR MUR SCR',
  '₨': 'INR PKR LKR NPR MUR SCR',
  kr: 'SEK NOK DKK ISK',
  zł: 'PLN',
  zl: 'PLN',
  kč: 'CZK',
  ft: 'HUF',
  lei: 'RON MDL',
  лв: 'BGN',
  '₽': 'RUB',
  руб: 'RUB',
  '₴': 'UAH',
  грн: 'UAH',
  '₺': 'TRY',
  tl: 'TRY',
  '₫': 'VND',
  đ: 'VND',
  '₱': 'PHP',
  '฿': 'THB',
  '₪': 'ILS',
  '₦': 'NGN',
  '₡': 'CRC',
  '₲': 'PYG',
  '₸': 'KZT',
  rm: 'MYR',
  rp: 'IDR',
  r: 'ZAR',
  ksh: 'KES',
  's/': 'PEN',
  bs: 'BOB VES',
  fr: 'CHF XAF XOF XPF',
  sfr: 'CHF',
  'د.إ': 'AED',
  'ر.س': 'SAR',
  'ج.م': 'EGP',
  'د.ك': 'KWD',
  'د.م': 'MAD',
  'ر.ق': 'QAR',
  '﷼': 'SAR IRR YER OMR QAR',
};

const NAMED = new Map(Object.entries(SIGNS).map(([sign, codes]) => [sign.toLowerCase(), codes.split(' ')]));

/** The currencies that a sign, a word or a code beside an amount may mean; null where it is none. */
export function currenciesOf(mark: string): readonly string[] | null {
  const word = mark.toLowerCase();
  const named = NAMED.get(word) ?? NAMED.get(word.replace(/\.$/, ''));
  if (named !== undefined) return named;
  const code = mark.toUpperCase();
  return CODES.has(code) ? [code] : null;
}

/** How many decimals a currency has: 0 of the yen, 3 of the dinar of Kuwait. */
export function digitsOf(currency: string): number {
  // The peso of Colombia has decimals by the law and none in shops; ISO 4217 says 2.
  return CODES.has(currency)
    ? (new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2)
    : 2;
}
