import type { FeatureName } from '../../customers/features.js';
import { type ConditionGrammar, conditionInWords, fieldsInWords } from '../conditions.js';
import type { ClusterRole, Difference, ModelKey, SegmentKind, ShippedSegment, Tier, Trait } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';
import { scoreName, scoreOf } from './score-name.js';

const CONDITIONS: ConditionGrammar = {
  everybodyElse: 'keine der Regeln davor',
  bounds: { gte: 'mindestens #', gt: 'über #', lte: 'höchstens #', lt: 'unter #' },
  both: ' und ',
  and: ', und ',
  or: ', oder ',
  score: scoreName,
  scores: (names, count, word, bounds) => {
    const many = word === 'and' && count > 1;
    return `${many ? 'Werte' : 'Wert'} für ${names} ${many ? 'je ' : ''}${bounds}`;
  },
  comparison: (name, bounds) => `${name} ${bounds}`,
  brackets: ['(', ')'],
};

const ORDERS = { one: '# Bestellung', other: '# Bestellungen' };
const DAYS_DATIVE = { one: '# Tag', other: '# Tagen' };
const DEVIATIONS = 'Standardabweichungen';

const TITLES: Readonly<Record<ShippedSegment, string>> = {
  'rfm:vip': 'VIP',
  'rfm:loyal': 'Treue Kunden',
  'rfm:potential-loyalist': 'Potenziell Treue',
  'rfm:at-risk': 'Abwanderungsgefährdet',
  'rfm:dormant': 'Schlafende Kunden',
  'rfm:regulars': 'Übrige Kunden',
  'value:premium': 'Premium',
  'value:loyal': 'Hoher Wert',
  'value:regular': 'Mittlerer Wert',
  'value:occasional': 'Gelegentlich',
  'value:at-risk': 'Geringer Wert',
  'behaviour:all-customers': 'Alle Kunden',
  'outliers:typical': 'Typisch',
  'outliers:small-groups': 'Kleine Gruppen',
  'outliers:outliers': 'Ausreißer',
  prospect: 'Interessent',
};

const DESCRIPTIONS: Readonly<Record<Exclude<ShippedSegment, `value:${Tier}`>, string>> = {
  'rfm:vip': 'Haben vor Kurzem gekauft, kaufen oft und geben am meisten aus.',
  'rfm:loyal': 'Haben vor Kurzem gekauft und kaufen oft oder geben viel aus.',
  'rfm:potential-loyalist': 'Vor nicht langer Zeit und schon mehr als ein einziges Mal gekauft.',
  'rfm:at-risk': 'Waren gute Kunden, haben aber lange nicht gekauft.',
  'rfm:dormant': 'Haben vor langer Zeit, selten und wenig gekauft.',
  'rfm:regulars': 'Alle anderen: meist eine einzelne, kleinere Bestellung vor nicht langer Zeit.',
  'behaviour:all-customers': 'Alle, die bestellt haben: Es ist zu wenig bekannt, um sie zu unterscheiden.',
  'outliers:typical': 'Alle, die bestellt haben: zu wenige oder zu ähnlich für Ausreißer.',
  'outliers:small-groups': 'Kleine Gruppen, deren Kunden einander jeweils ähnlich sind.',
  'outliers:outliers': 'Wie niemand sonst: sehr groß, sehr häufig oder anders ungewöhnlich, einen genauen Blick wert.',
  prospect: 'Dem Shop bekannt, hat noch nicht bestellt.',
};

const PLAIN_DESCRIPTIONS: Partial<typeof DESCRIPTIONS> = {
  'rfm:potential-loyalist': 'Vor nicht langer Zeit und schon wiederholt gekauft.',
  'rfm:regulars': 'Alle anderen: meist wenig und vor nicht langer Zeit gekauft.',
  'outliers:outliers': 'Wie niemand sonst: sehr groß, sehr häufig oder anders ungewöhnlich, näher anzusehen.',
};

const RANKS: Readonly<Record<Tier, string>> = {
  premium: 'Der höchste Kundenwert',
  loyal: 'Ein hoher Kundenwert',
  regular: 'Ein mittlerer Kundenwert',
  occasional: 'Ein niedriger Kundenwert',
  'at-risk': 'Der niedrigste Kundenwert',
};
const PLAIN_RANKS: Readonly<Record<Tier, string>> = {
  premium: 'Höchster Kundenwert',
  loyal: 'Hoher Kundenwert',
  regular: 'Mittlerer Kundenwert',
  occasional: 'Niedriger Kundenwert',
  'at-risk': 'Niedrigster Kundenwert',
};
const OF_VALUE = 'Er sagt etwas über den Wert, nicht über die Aktualität.';

const CLUSTERS: Readonly<Record<ClusterRole, { title: string; beside?: string; phrase: string; quiet?: string }>> = {
  best: {
    title: 'Wertvolle Stammkunden',
    beside: 'VIP',
    phrase: 'Kaufen oft, kürzlich und am meisten',
    quiet: 'Haben öfter als andere und am meisten gekauft',
  },
  frequent: {
    title: 'Häufige Käufer',
    beside: 'Treue Stammkunden',
    phrase: 'Kommen regelmäßig wieder und geben mäßig viel aus',
    quiet: 'Kamen wieder und gaben mäßig viel aus',
  },
  'big-basket': { title: 'Großeinkäufer', phrase: 'Bestellen selten, aber dann viel' },
  bargain: { title: 'Schnäppchenjäger', phrase: 'Kaufen, wenn es Rabatt gibt' },
  occasional: {
    title: 'Gelegenheitskäufer',
    phrase: 'Kaufen hin und wieder, mit Luft nach oben',
    quiet: 'Haben hin und wieder gekauft',
  },
  new: { title: 'Neukunden', phrase: 'Sind erst kürzlich gekommen und stehen am Anfang' },
  'new-inactive': { title: 'Neu/Inaktiv', phrase: 'Haben selten gekauft, manche kürzlich, manche vor langer Zeit' },
  returning: { title: 'Häufige Rücksender', phrase: 'Senden viel von dem zurück, was sie kaufen' },
  'at-risk': { title: 'Abwanderungsgefährdete', phrase: 'Haben gut gekauft, aber lange nicht mehr' },
  dormant: { title: 'Schlafende', beside: 'Inaktive', phrase: 'Haben selten, wenig und vor langer Zeit gekauft' },
};

const MORE_AND_LESS: Readonly<Partial<Record<FeatureName, readonly [more: string, less: string]>>> = {
  recencyDays: ['länger her', 'kürzer her'],
  orders: ['mehr Bestellungen', 'weniger Bestellungen'],
  netRevenue: ['mehr Umsatz', 'weniger Umsatz'],
  tenureDays: ['länger bekannt', 'kürzer bekannt'],
  discountShare: ['mehr Rabatte', 'weniger Rabatte'],
  returnRate: ['mehr Retouren', 'weniger Retouren'],
  averageOrderValue: ['größere Bestellungen', 'kleinere Bestellungen'],
  distinctCategories: ['mehr Kategorien', 'weniger Kategorien'],
};
const differs = ({ feature, side }: Difference, s: Speaker) =>
  MORE_AND_LESS[feature]?.[side === 'more' ? 0 : 1] ??
  `${side === 'more' ? 'mehr' : 'weniger'}: ${s.plainFeature(feature)}`;
const distinct = (title: string, difference: Difference | null, number: number | null, s: Speaker) =>
  difference !== null ? `${title}, ${differs(difference, s)}` : number === null ? title : `${title} ${s.count(number)}`;

const traits = (list: readonly Trait[], s: Speaker) =>
  list
    .map(
      ({ feature, own, usual }) => `${s.feature(feature)} ${s.about(feature, own)}, üblich ${s.about(feature, usual)}`,
    )
    .join('; ');
const plainTraits = (list: readonly Trait[], s: Speaker) =>
  list
    .map(({ feature, own, usual }) => `${s.plainFeature(feature)} ${own > usual ? 'höher' : 'niedriger'} als üblich`)
    .join('; ');

const MODELS: Readonly<Record<ModelKey, readonly [title: string, method: string]>> = {
  rfm: [
    'RFM',
    'Werte für Aktualität, Häufigkeit und Nettoumsatz, Quintile, wenn nichts anderes eingestellt ist; geordnete Regeln, die erste passende gilt',
  ],
  value: ['Kundenwert', 'gewichtete Perzentile von Nettoumsatz, Kaufhäufigkeit und Bestellwert, in Stufen'],
  behaviour: [
    'Verhalten',
    'k-Means auf standardisierten Merkmalen, Anzahl der Cluster nach Ellbogen und Silhouette, Schlüssel bleiben von Lauf zu Lauf',
  ],
  outliers: ['Ausreißer', 'DBSCAN auf standardisierten Merkmalen, Radius aus der k-Distanz-Kurve'],
  clv: [
    'Künftiger Kundenwert',
    'Tweedie-Regression oder BG/NBD mit Gamma-Gamma, je nachdem, was sich zuletzt als besser erwies',
  ],
  recommendations: [
    'Empfehlungen',
    'gemeinsam Gekauftes, Abstände von Wiederkäufen und aktuelle Beliebtheit, gemischt',
  ],
};

const TERMS = { spend: 'Nettoumsatz', frequency: 'Kaufhäufigkeit', orderValue: 'Bestellwert' } as const;

export const segments: Sentences<SegmentKind> = {
  'no-order-yet': () => 'hat noch nicht bestellt',
  'too-few-buyers': [
    ({ buyers, needed, segment }, s) =>
      `erst ${s.count(buyers)} von ${s.count(needed)} Käufern, die für Werte nötig sind: alle zählen zu „${s.text(segment.title)}“`,
    ({ segment }, s) => `zu wenige Käufer für Werte: alle zählen zu „${s.text(segment.title)}“`,
  ],
  'rule-met': [
    ({ segment, condition }, s) => `${s.text(segment.title)}: ${conditionInWords(condition, CONDITIONS, s)}`,
    ({ segment, condition }, s) =>
      condition === null
        ? `${s.text(segment.title)}: ${CONDITIONS.everybodyElse}`
        : `${s.text(segment.title)}: entschieden nach ${fieldsInWords(condition, CONDITIONS, s)}`,
  ],
  condition: [
    ({ condition }, s) => conditionInWords(condition, CONDITIONS, s),
    ({ condition }, s) =>
      condition === null ? CONDITIONS.everybodyElse : `entschieden nach ${fieldsInWords(condition, CONDITIONS, s)}`,
  ],
  'feature-value': [
    ({ feature, value }, s) => `${s.feature(feature)}: ${s.value(feature, value)}`,
    ({ feature }, s) => `${s.plainFeature(feature)}: wie die Regel es verlangt`,
  ],
  'recency-score': [
    ({ score, days }, s) =>
      `${scoreOf('recency', s)} ${s.count(score)} von 5: letzte Bestellung vor ${s.plural(days, DAYS_DATIVE)}`,
    ({ score }) =>
      `letzte Bestellung: ${['lange her', 'länger her', 'einige Zeit her', 'nicht lange her', 'kürzlich'][score - 1]}`,
  ],
  'frequency-score': [
    ({ score, orders }, s) => `${scoreOf('frequency', s)} ${s.count(score)} von 5: ${s.plural(orders, ORDERS)}`,
    ({ score }) => `Bestellungen: ${['sehr selten', 'selten', 'hin und wieder', 'oft', 'sehr oft'][score - 1]}`,
  ],
  'monetary-score': [
    ({ score, amount }, s) => `${scoreOf('monetary', s)} ${s.count(score)} von 5: Nettoumsatz ${s.money(amount)}`,
    ({ score }) => `Nettoumsatz: ${['sehr niedrig', 'niedrig', 'mittel', 'hoch', 'sehr hoch'][score - 1]}`,
  ],
  'score-unknown': [
    ({ measure, score }, s) =>
      `${scoreOf(measure, s)} ${score === null ? 'fehlt' : `${s.count(score)} von 5`}: nicht bekannt`,
    ({ measure }, s) => `${s.measure(measure)}: nicht bekannt`,
  ],
  'order-moves': [
    ({ orders, size, segment }, s) =>
      `${orders === 1 ? 'noch eine Bestellung' : `noch ${s.count(orders)} Bestellungen`}${size === 'any' ? '' : ' üblicher Größe'} jetzt ${orders === 1 ? 'führt' : 'führen'} zu „${s.text(segment.title)}“`,
    ({ segment }, s) => `weitere Bestellungen jetzt führen zu „${s.text(segment.title)}“`,
  ],
  'spend-moves': [
    ({ bound, now, segment }, s) =>
      `noch eine Bestellung, die den Nettoumsatz auf über ${s.money(bound)} bringt (jetzt ${s.money(now)}), führt zu „${s.text(segment.title)}“`,
    ({ segment }, s) => `größere Bestellungen führen zu „${s.text(segment.title)}“`,
  ],
  'silence-moves': [
    ({ days, segment }, s) =>
      `ohne neue Bestellung ${s.plural(days, { one: '# Tag', other: '# Tage' })} nach der letzten: „${s.text(segment.title)}“`,
    ({ segment }, s) => `ohne Bestellung mit der Zeit: „${s.text(segment.title)}“`,
  ],
  'waiting-moves': [
    ({ days, segment }, s) =>
      `nach ${s.plural(days, { one: '# weiteren Tag', other: '# weiteren Tagen' })} ohne Bestellung: „${s.text(segment.title)}“`,
    ({ segment }, s) => `ohne Bestellung mit der Zeit: „${s.text(segment.title)}“`,
  ],
  'points-move': [
    ({ points, segment }, s) => `${s.fixed(points, 3)} Punkte mehr führen zu „${s.text(segment.title)}“`,
    ({ segment }, s) => `mehr Kundenwert führt zu „${s.text(segment.title)}“`,
  ],
  'value-score': [({ score }, s) => `Kundenwert ${s.fixed(score, 3)}`, () => 'nach dem Kundenwert'],
  'value-term': [
    ({ term, percentile, adds, most }, s) =>
      `${TERMS[term]} gleich oder höher als bei ${s.percent(percentile)} der Käufer: ${s.fixed(adds, 3)} von höchstens ${s.shortest(most, 3)}`,
    ({ term, percentile }) =>
      `${TERMS[term]}: ${percentile >= 0.8 ? 'unter den höchsten' : percentile >= 0.5 ? 'über der Mitte' : percentile >= 0.2 ? 'unter der Mitte' : 'unter den niedrigsten'}`,
  ],
  'value-unscored': [
    ({ buyers, segment }, s) =>
      `kein Kundenwert bei ${s.plural(buyers, { one: '# Käufer', other: '# Käufern' })}: zählt zu „${s.text(segment.title)}“`,
    ({ segment }, s) => `kein Kundenwert: zählt zu „${s.text(segment.title)}“`,
  ],
  'cluster-only': ({ segment }, s) => `das einzige Cluster ist „${s.text(segment.title)}“`,
  'cluster-nearest': [
    ({ segment, distance, next, nextDistance }, s) =>
      `am nächsten bei „${s.text(segment.title)}“: ${s.fixed(distance, 2)} ${DEVIATIONS} von dessen Mitte, ` +
      `${s.fixed(nextDistance, 2)} von der von „${s.text(next.title)}“`,
    ({ segment, next }, s) =>
      `verhält sich am ehesten wie „${s.text(segment.title)}“, dann wie „${s.text(next.title)}“`,
  ],
  'features-missing': [
    ({ features }, s) =>
      `${s.plural(features, { one: '# Merkmal', other: '# Merkmale' })} unbekannt, als Median aller Käufer angenommen`,
    () => 'Unbekanntes ist als Median aller Käufer angenommen',
  ],
  'cluster-trait': [
    ({ feature, segment, usual, all, own }, s) =>
      `${s.feature(feature)}: „${s.text(segment.title)}“ ${s.about(feature, usual)}, alle Käufer ${s.about(feature, all)}; ` +
      (own === null ? 'hier unbekannt, als üblich angenommen' : `hier ${s.about(feature, own)}`),
    ({ feature, segment, usual, all }, s) =>
      `${s.plainFeature(feature)}: in „${s.text(segment.title)}“ ${usual > all ? 'höher' : 'niedriger'} als bei allen Käufern`,
  ],
  'cluster-returns': [
    ({ segment, usual, all, pieces }, s) =>
      `${s.feature('returnRate')}: „${s.text(segment.title)}“ ${s.percent(usual)}, alle Käufer ${s.percent(all)}; ` +
      (pieces === null
        ? 'hier nichts geliefert, wie alle Käufer angenommen'
        : `hier ${s.count(pieces.returned)} von ${s.plural(pieces.delivered, { one: '# Artikel', other: '# Artikeln' })}`),
    ({ segment, usual, all }, s) =>
      `${s.plainFeature('returnRate')}: in „${s.text(segment.title)}“ ${usual > all ? 'höher' : 'niedriger'} als bei allen Käufern`,
  ],
  'change-moves': [
    ({ feature, side, bound, segment }, s) =>
      `${s.feature(feature)} ${side === 'above' ? 'über' : 'unter'} ${s.about(feature, bound)} läge näher bei „${s.text(segment.title)}“, alles andere gleich`,
    ({ feature, side, segment }, s) =>
      `${side === 'above' ? 'mehr' : 'weniger'} hiervon läge näher bei „${s.text(segment.title)}“: ${s.plainFeature(feature)}`,
  ],
  'crowd-middle': [
    ({ segment, customers, radius }, s) =>
      `mitten in „${s.text(segment.title)}“: Mindestens ${s.count(customers)} Kunden liegen innerhalb von ${s.fixed(radius, 2)} ${DEVIATIONS}`,
    ({ segment }, s) => `mitten in „${s.text(segment.title)}“`,
  ],
  'crowd-member': [
    ({ segment, distance, radius }, s) =>
      `${s.fixed(distance, 2)} ${DEVIATIONS} von einem Kunden mitten in „${s.text(segment.title)}“ entfernt, innerhalb des Radius von ${s.fixed(radius, 2)}`,
    ({ segment }, s) => `nahe der Mitte von „${s.text(segment.title)}“`,
  ],
  'crowd-far': [
    ({ segment, distance, radius }, s) =>
      `die nächste Gruppe, „${s.text(segment.title)}“, ist ${s.fixed(distance, 2)} ${DEVIATIONS} entfernt, weiter als der Radius von ${s.fixed(radius, 2)}`,
    ({ segment }, s) => `weit weg von der nächsten Gruppe, „${s.text(segment.title)}“`,
  ],
  unusual: [
    ({ traits: list }, s) => `ungewöhnlich: ${traits(list, s)}`,
    ({ traits: list }, s) => `ungewöhnlich: ${plainTraits(list, s)}`,
  ],
  'outlier-beyond': [
    ({ radius }, s) => `mehr als ${s.fixed(radius, 2)} ${DEVIATIONS} von jeder Gruppe entfernt wäre ein Ausreißer`,
    () => 'weiter weg von jeder Gruppe beginnen die Ausreißer',
  ],
  'nearer-joins': [
    ({ distance, segment }, s) => `${s.fixed(distance, 2)} ${DEVIATIONS} näher gehörte zu „${s.text(segment.title)}“`,
    ({ segment }, s) => `etwas näher gehörte zu „${s.text(segment.title)}“`,
  ],
  'stands-apart': [
    ({ feature, deviations }, s) =>
      `${s.feature(feature)} ${s.fixed(Math.abs(deviations), 1)} ${DEVIATIONS} ${deviations > 0 ? 'über' : 'unter'} dem durchschnittlichen Käufer`,
    ({ feature, deviations }, s) =>
      `${s.plainFeature(feature)} ${deviations > 0 ? 'über' : 'unter'} dem durchschnittlichen Käufer`,
  ],

  'segment-title': ({ segment }) => TITLES[segment],
  'segment-description': [
    ({ segment }) => DESCRIPTIONS[segment],
    ({ segment }) => PLAIN_DESCRIPTIONS[segment] ?? DESCRIPTIONS[segment],
  ],
  'public-label': () => 'VIP',
  'tier-description': [
    ({ tier, from, to }, s) => {
      if (to === null) return `${RANKS[tier]}: ab ${s.shortest(from ?? 0, 3)}.`;
      if (from === null) return `${RANKS[tier]}: unter ${s.shortest(to, 3)}. ${OF_VALUE}`;
      return `${RANKS[tier]}: ${s.shortest(from, 3)} bis unter ${s.shortest(to, 3)}.`;
    },
    ({ tier, from }) => (from === null ? `${PLAIN_RANKS[tier]}. ${OF_VALUE}` : `${PLAIN_RANKS[tier]}.`),
  ],
  'cluster-title': ({ role, bargains, difference, number }, s) => {
    const { title, beside } = CLUSTERS[role];
    return distinct(bargains ? (beside ?? title) : title, difference, number, s);
  },
  'cluster-description': [
    ({ role, quiet, orders, netRevenue, recencyDays, customerShare, revenueShare }, s) => {
      const { phrase, quiet: quietly } = CLUSTERS[role];
      const average = (value: number | null, noun: string) =>
        value === null ? `unbekannt viele ${noun}` : `${s.fixed(value, Math.abs(value) < 100 ? 1 : 0)} ${noun}`;
      const spent = netRevenue === null ? 'unbekannter Umsatz' : `${s.money(netRevenue)} Umsatz`;
      const revenue = revenueShare === null ? '' : ` mit ${s.percent(revenueShare)} des Umsatzes`;
      return (
        `${quiet ? (quietly ?? phrase) : phrase}: im Schnitt ${average(orders, 'Bestellungen')}, ${spent}, letzte Bestellung vor ` +
        `${average(recencyDays, 'Tagen')}; ${s.percent(customerShare)} der Kunden${revenue}.`
      );
    },
    ({ role, quiet }) => `${quiet ? (CLUSTERS[role].quiet ?? CLUSTERS[role].phrase) : CLUSTERS[role].phrase}.`,
  ],
  'crowd-title': ({ difference, number }, s) => distinct('Gruppe', difference, number, s),
  'crowd-description': [
    ({ place, traits: list }, s) =>
      `${place === 'middle' ? 'Die große Gruppe der Kunden' : 'Eine Gruppe für sich'}: ${traits(list, s)}.`,
    ({ place, traits: list }, s) =>
      place === 'middle' ? 'Die große Gruppe der Kunden.' : `Gruppe für sich: ${plainTraits(list, s)}.`,
  ],
  'small-crowds': [
    ({ crowds }, s) =>
      `${s.plural(crowds, { one: '# kleine Gruppe', other: '# kleine Gruppen' })} von Kunden, die einander ähnlich sind.`,
    () => 'Kleine Gruppen von Kunden, die einander ähnlich sind.',
  ],
  'model-title': ({ model }) => MODELS[model][0],
  'model-method': ({ model }) => MODELS[model][1],
};
