import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  FEATURES,
  type Feature,
  LANGUAGES,
  type Language,
  REASON_KINDS,
  type ReasonKind,
  type Said,
  wordsIn,
} from '@tessera/core';
import { describe, expect, it } from 'vitest';
import { COUNTS, SAMPLES } from './samples.js';

const ALL = (Object.entries(SAMPLES) as [ReasonKind, readonly unknown[]][]).flatMap(([kind, samples]) =>
  samples.map((values) => ({ kind, values }) as Said),
);
/** Digits of any script: Arabic-Indic ones too. */
const DIGIT = /\p{Nd}/u;
const NUMBER_WORDS: Readonly<Record<Language, RegExp>> = {
  en: /\b(zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|once|twice|hundred|thousand|percent|dozen)\b/i,
  de: /\b(null|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|einmal|zweimal|zweite[rs]?|hundert|tausend|prozent)\b/i,
  es: /(?<!\p{L})(cero|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|segundo|segunda|cien|mil|por ciento)(?!\p{L})/iu,
  ja: /[〇二三四五六七八九十百千万](?!分位)|パーセント/u,
  ar: /(?<!\p{L})(صفر|واحد|واحدة|اثنان|اثنين|ثلاثة|أربعة|خمسة|ستة|سبعة|ثمانية|تسعة|عشرة|مئة|ألف|بالمئة)(?!\p{L})/u,
};
/** What a sentence never holds: signs that a value was not one, or that a text has a hole. */
const BROKEN = /undefined|NaN|\[object|null|Infinity|#|\{(segment|orders|returnRate)/;

describe.each(LANGUAGES)('the words of %s', (language) => {
  const told = wordsIn(language, { currency: 'EUR' });
  const plain = wordsIn(language, { currency: 'EUR', figures: false });

  it('say every kind, whatever its values, without a hole', () => {
    expect(Object.keys(SAMPLES).sort()).toEqual([...REASON_KINDS].sort());
    for (const wording of ALL) {
      for (const words of [told, plain]) {
        const text = words.say(wording);
        const where = `${wording.kind} ${JSON.stringify(wording.values).slice(0, 200)}: ${text}`;
        expect(text.trim(), where).toBe(text);
        expect(text.length, where).toBeGreaterThan(0);
        expect(text, where).not.toMatch(BROKEN);
        expect(text, where).not.toMatch(/ {2}|\(\)|「」|„“|«»/);
      }
    }
  });

  it('have a form of every kind without a figure, in digits of no script and in no number word', () => {
    for (const wording of ALL) {
      const text = plain.say(wording);
      expect(text, wording.kind).not.toMatch(DIGIT);
      expect(text, wording.kind).not.toMatch(NUMBER_WORDS[language]);
    }
  });

  it('say no feature of the list by its name in code where the regression reads it', () => {
    const asInCode = /[a-z][A-Z]|[a-z]\.[a-z]/;
    for (const { name, output, kind, missing, models } of FEATURES as readonly Feature[]) {
      if (models.clv === undefined || models.clv === 'otherwise') continue;
      const feature = name === 'returnRate' ? 'returnShare' : (output ?? name);
      const values = missing === null || missing === 'without orders' ? [1] : [1, null];
      const wordings: readonly Said[] =
        kind === 'category'
          ? [{ kind: 'category-factor', values: { category: feature, label: 'Tops', factor: 2 } }]
          : values.map((value) => ({ kind: 'factor', values: { feature, value, factor: 2 } }));
      for (const wording of wordings) {
        for (const words of [told, plain]) expect(words.say(wording), feature).not.toMatch(asInCode);
      }
    }
  });

  it('write an amount, a share and days in one way each', () => {
    const worded = ALL.filter(({ kind }) => kind !== 'no-rate').map((wording) => told.say(wording));
    const amounts = worded.flatMap((text) => text.match(/\S+[ \u00a0]EUR/gu) ?? []);
    expect(amounts.length).toBeGreaterThan(100);
    const money = {
      en: /^-?\d+\.\d\d EUR$/,
      ja: /-?[\d,]+\.\d\d EUR$/,
      de: /-?[\d.]+,\d\d EUR$/,
      es: /-?[\d.]+,\d\d EUR$/,
      ar: /-?[\d,]+\.\d\d EUR$/,
    };
    for (const amount of amounts) expect(amount.replace(/^[(（«「]/u, '')).toMatch(money[language]);
    const percent = { en: /\d %/, de: /\d\u00a0%/, es: /\d\u00a0%/, ja: /\d%/, ar: /\d\u200e?%/ };
    for (const wording of ALL) {
      for (const [share] of told.say(wording).matchAll(/\d[\s\u200e]*%/gu)) expect(share).toMatch(percent[language]);
    }
    const days = COUNTS.map((count) => told.say({ kind: 'recency-score', values: { score: 3, days: count } }));
    const waits = COUNTS.map((count) =>
      told.say({ kind: 'rebuy-usual', values: { daysAgo: count, intervalDays: count } }),
    );
    expect(new Set(days).size).toBe(COUNTS.length);
    expect(new Set(waits).size).toBe(COUNTS.length);
  });

  it('leave names and texts of the shop as they are', () => {
    expect(told.say('<b>Fans</b> 2')).toBe('<b>Fans</b> 2');
    const own = { de: 'Eigene', ja: '自社' };
    expect(told.say(own)).toBe({ en: 'Eigene', de: 'Eigene', es: 'Eigene', ja: '自社', ar: 'Eigene' }[language]);
  });
});

describe('plurals', () => {
  const orders = (language: Language, count: number) =>
    wordsIn(language)
      .say({ kind: 'frequency-score', values: { score: 3, orders: count } })
      .split(': ')[1];

  it('follow the number in English, German and Spanish, millions too', () => {
    expect([0, 1, 2].map((count) => orders('en', count))).toEqual(['0 orders', '1 order', '2 orders']);
    expect([0, 1, 2].map((count) => orders('de', count))).toEqual(['0 Bestellungen', '1 Bestellung', '2 Bestellungen']);
    expect([0, 1, 2].map((count) => orders('es', count))).toEqual(['0 pedidos', '1 pedido', '2 pedidos']);
    expect(orders('es', 1_000_000)).toBe('1.000.000 de pedidos');
  });

  it('have six forms in Arabic', () => {
    expect([0, 1, 2, 3, 11, 100].map((count) => orders('ar', count))).toEqual([
      ...['0 طلب', 'طلب واحد', 'طلبان', '3 طلبات', '11 طلبًا', '100 طلب'],
    ]);
  });
});

describe('figures of a currency', () => {
  const spent = (currency: string) =>
    wordsIn('en', { currency }).say({ kind: 'monetary-score', values: { score: 3, amount: 1234.5 } });

  it('have the decimals of the currency, two where it is not known', () => {
    expect(spent('EUR')).toMatch(/1234\.50 EUR$/);
    expect(spent('JPY')).toMatch(/123[45] JPY$/);
    expect(spent('KWD')).toMatch(/1234\.500 KWD$/);
    expect(spent('')).toMatch(/1234\.50$/);
    expect(spent('not a code')).toMatch(/1234\.50 not a code$/);
  });
});

describe('plain JSON', () => {
  it('is put into words wherever a wording stands in it, and nothing else of it changes', () => {
    const { within } = wordsIn('de');
    expect(
      within({ a: [{ kind: 'no-order-yet', values: {} }], b: { kind: 'USE_MODEL', values: 3 }, c: null, d: 1 }),
    ).toEqual({
      a: ['hat noch nicht bestellt'],
      b: { kind: 'USE_MODEL', values: 3 },
      c: null,
      d: 1,
    });
    expect(within({ title: { en: 'Fans', de: 'Freunde' } })).toEqual({ title: 'Freunde' });
  });

  it('of a kind that this version does not know is said by its name', () => {
    expect(wordsIn('en').say({ kind: 'of-tomorrow', values: {} } as unknown as Said)).toBe('of-tomorrow');
  });
});

it('core holds no English sentence outside of its words, but for errors', () => {
  const root = path.resolve('packages/core/src');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('words/') && !/(-check|errors)\.ts$/.test(file),
  );
  expect(files.length).toBeGreaterThan(60);
  for (const file of files) {
    const code = readFileSync(path.join(root, file), 'utf8')
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      .replace(/(Error\()[\s\S]*?\);/g, '');
    expect(code, file).not.toMatch(/\b(text|title|description|note|sentence|reason|method): ['`][^'`]* /);
  }
});
