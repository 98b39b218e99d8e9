import type { Measure, QualityKind, Tie } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';
import { scoreOf } from './score-name.js';

const DEVIATIONS = 'Standardabweichungen';
const DAYS_DATIVE = { one: '# Tag', other: '# Tagen' };
const BUYERS = { one: '# Käufer', other: '# Käufer' };

const tied = (measure: Measure, value: number, s: Speaker) => {
  if (measure === 'recency') return `bestellten zuletzt vor ${s.plural(value, DAYS_DATIVE)}`;
  if (measure === 'monetary') return `gaben ${s.money(value)} aus`;
  return `bestellten ${s.count(value)}-mal`;
};
const because = (measure: Measure, tie: Tie | null, s: Speaker) =>
  tie === null ? '' : `: ${s.percent(tie.share)} der Käufer ${tied(measure, tie.value, s)}`;

const CHOSEN = {
  'no-bend': (own: string) => `${own}: am besten getrennt; die Trägheitskurve hat keinen Knick`,
  agree: (own: string) => `${own}: Dort knickt die Trägheitskurve, und sie sind am besten getrennt`,
  separated: (own: string, other: string) => `${own}: besser getrennt als ${other} am Knick der Trägheitskurve`,
  'says-more': (own: string, other: string) =>
    `${own}: Dort knickt die Trägheitskurve, und sie sagen mehr als ${other} bei wenig Verlust an Trennung`,
  'much-separated': (own: string, other: string) =>
    `${own}: viel besser getrennt als ${other} am Knick der Trägheitskurve`,
};

export const quality: Sentences<QualityKind> = {
  'clusters-need-buyers': [
    ({ buyers, needed }, s) => `${s.plural(buyers, BUYERS)}; Cluster brauchen ${s.count(needed)}`,
    () => 'zu wenige Käufer für Cluster',
  ],
  'outliers-need-buyers': [
    ({ buyers, needed }, s) => `${s.plural(buyers, BUYERS)}; Ausreißer brauchen eine Gruppe von ${s.count(needed)}`,
    () => 'zu wenige Käufer für Ausreißer',
  ],
  'quintiles-need-buyers': [
    ({ buyers, needed }, s) => `${s.plural(buyers, BUYERS)}; Quintile brauchen ${s.count(needed)}`,
    () => 'zu wenige Käufer für Werte',
  ],
  'buyers-alike': () => 'alle Käufer gleichen sich in jedem Merkmal',
  'buyers-too-alike': () => 'zu wenige verschiedene Käufer für Cluster',
  'no-crowd': () => 'kein Radius umfasst genügend Kunden',
  'clusters-overlap': () =>
    'die Cluster überlappen sich: Sie sind eher nützliche Schnitte durch die Menge als getrennte Gruppen',
  'centres-held': [
    ({ share, mostMoved }, s) =>
      `die Mittelpunkte gingen ${s.percent(share)} des Wegs vom vorigen Lauf zur besten Anpassung: ` +
      `Sonst hätten allein deswegen mehr als ${s.percent(mostMoved)} der Kunden das Cluster gewechselt`,
    () =>
      'die Mittelpunkte gingen nicht den ganzen Weg vom vorigen Lauf zur besten Anpassung, damit wenige Kunden allein deswegen wechseln',
  ],
  'feature-unknown': () => 'bei keinem Kunden bekannt',
  'feature-rarely-known': [
    ({ share }, s) => `nur bei ${s.percent(share)} der Kunden bekannt`,
    () => 'nur bei wenigen Kunden bekannt',
  ],
  'feature-same': () => 'bei allen Kunden fast gleich',
  'returns-rare': () => 'zu wenige Kunden senden etwas zurück',
  'feature-repeats': ({ feature }, s) => `sagt dasselbe wie: ${s.plainFeature(feature)}`,
  'count-set': [
    ({ clusters }, s) => `${s.count(clusters)} Cluster: Die Anzahl wurde eingestellt, nicht gewählt`,
    () => 'die Anzahl der Cluster wurde eingestellt, nicht gewählt',
  ],
  'count-kept': [
    ({ clusters, silhouette, other, otherSilhouette }, s) =>
      `${s.count(clusters)} Cluster wie zuvor: Ihre Silhouette ist ${s.fixed(silhouette, 2)}, und die ` +
      `${s.count(other)} einer neuen Wahl haben ${s.fixed(otherSilhouette, 2)}, zu wenig mehr, um alle umzubenennen`,
    () => 'so viele Cluster wie zuvor: Andere brächten zu wenig, um alle umzubenennen',
  ],
  'count-chosen': [
    ({ because: why, clusters, silhouette, other, otherSilhouette }, s) => {
      const of = (count: number, separation: number) =>
        `${s.count(count)} Cluster (Silhouette ${s.fixed(separation, 2)})`;
      return CHOSEN[why](of(clusters, silhouette), of(other ?? clusters, otherSilhouette ?? silhouette));
    },
    () => 'die Anzahl der Cluster, die sie am besten trennt',
  ],
  'count-by-rules': [
    ({ segments: count }, s) =>
      `${s.plural(count, { one: '# Segment', other: '# Segmente' })}: so viele, wie es Regeln gibt`,
    () => 'so viele Segmente, wie es Regeln gibt',
  ],
  'count-by-scheme': [
    ({ tiers }, s) => `${s.plural(tiers, { one: '# Stufe', other: '# Stufen' })} wie im Schema`,
    () => 'so viele Stufen wie im Schema',
  ],
  'count-of-crowds': [
    ({ crowds, customers, radius, outlierShare }, s) =>
      `${s.plural(crowds, { one: '# Gruppe', other: '# Gruppen' })}: ${s.count(customers)} Kunden innerhalb von ${s.fixed(radius, 2)} ${DEVIATIONS} bilden eine, ` +
      `ein Radius aus der k-Distanz-Kurve, wenn keiner eingestellt ist; ${s.percent(outlierShare, 1)} sind Ausreißer`,
    () =>
      'so viele Gruppen, wie dicht beieinander liegen, mit dem Radius aus der k-Distanz-Kurve, wenn keiner eingestellt ist',
  ],
  'scores-impossible': [
    ({ measure, scores, tie }, s) =>
      `${scoreOf(measure, s)} ${s.numbers(scores)} kann nicht vorkommen${because(measure, tie, s)}`,
    ({ measure }, s) => `manche Werte können nicht vorkommen: ${s.measure(measure)}`,
  ],
  'scores-empty': [
    ({ measure, scores, tie }, s) =>
      `niemand hat ${scoreOf(measure, s)} ${s.numbers(scores)}${because(measure, tie, s)}`,
    ({ measure }, s) => `manche Werte hat niemand: ${s.measure(measure)}`,
  ],
  'score-crowded': [
    ({ measure, score, share }, s) => `${s.percent(share)} der Käufer haben ${scoreOf(measure, s)} ${s.count(score)}`,
    ({ measure }, s) => `die meisten Käufer haben denselben ${scoreOf(measure, s)}`,
  ],
  'segment-empty': ({ segment }, s) => `niemand ist in „${s.text(segment.title)}“`,
  'segment-crowded': [
    ({ segment, share }, s) => `${s.percent(share)} der Käufer sind in „${s.text(segment.title)}“`,
    ({ segment }, s) => `die meisten Käufer sind in „${s.text(segment.title)}“`,
  ],
  'segments-upside-down': [
    ({ better, betterAverage, worse, worseAverage }, s) =>
      `„${s.text(better.title)}“ hat im Schnitt weniger Nettoumsatz als „${s.text(worse.title)}“ (${s.money(betterAverage)} gegen ${s.money(worseAverage)})`,
    ({ better, worse }, s) =>
      `„${s.text(better.title)}“ hat im Schnitt weniger Nettoumsatz als „${s.text(worse.title)}“`,
  ],
  'tiers-fixed': [
    ({ needed, found }, s) =>
      `feste Grenzen: Natürliche Klassen brauchen ${s.count(needed)} verschiedene Werte, es gibt ${s.count(found)}`,
    () => 'feste Grenzen: Es gibt zu wenige verschiedene Werte für natürliche Klassen',
  ],
  notes: ({ parts }, s) => parts.map(s.text).join('; '),
};
