import type { Measure, QualityKind, Tie } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';

const DEVIATIONS = 'standard deviations';
const BUYERS = { one: '# buyer', other: '# buyers' };

const tied = (measure: Measure, value: number, s: Speaker) => {
  if (measure === 'recency') return `ordered last ${s.days(value)} ago`;
  if (measure === 'monetary') return `spent ${s.money(value)}`;
  return value === 1 ? 'ordered once' : `ordered ${s.count(value)} times`;
};
const because = (measure: Measure, tie: Tie | null, s: Speaker) =>
  tie === null ? '' : `: ${s.percent(tie.share)} of buyers ${tied(measure, tie.value, s)}`;
const scoreWord = (scores: readonly number[]) => (scores.length === 1 ? 'score' : 'scores');

const CHOSEN = {
  'no-bend': (own: string) => `${own}: the best separated; the inertia curve has no bend`,
  agree: (own: string) => `${own}: the inertia bends there and they are the best separated`,
  separated: (own: string, other: string) => `${own}: better separated than the ${other} where the inertia bends`,
  'says-more': (own: string, other: string) =>
    `${own}: the inertia bends there, and they say more than ${other} at little loss of separation`,
  'much-separated': (own: string, other: string) =>
    `${own}: much better separated than the ${other} where the inertia bends`,
};

export const quality: Sentences<QualityKind> = {
  'clusters-need-buyers': [
    ({ buyers, needed }, s) => `${s.plural(buyers, BUYERS)}; clusters need ${s.count(needed)}`,
    () => 'too few buyers for clusters',
  ],
  'outliers-need-buyers': [
    ({ buyers, needed }, s) => `${s.plural(buyers, BUYERS)}; outliers need a crowd of ${s.count(needed)}`,
    () => 'too few buyers for outliers',
  ],
  'quintiles-need-buyers': [
    ({ buyers, needed }, s) => `${s.plural(buyers, BUYERS)}; quintiles need ${s.count(needed)}`,
    () => 'too few buyers for scores',
  ],
  'buyers-alike': () => 'all buyers are alike in every feature',
  'buyers-too-alike': () => 'too few different buyers for clusters',
  'no-crowd': () => 'no radius holds a crowd',
  'clusters-overlap': [
    () => 'the clusters overlap: they are useful cuts through one crowd rather than separate groups',
    () => 'the clusters overlap: they are useful cuts through a crowd rather than separate groups',
  ],
  'centres-held': [
    ({ share, mostMoved }, s) =>
      `the centres went ${s.percent(share)} of the way from the run before to the best fit: ` +
      `farther, and more than ${s.percent(mostMoved)} of the customers would have changed cluster for that alone`,
    () =>
      'the centres did not go the whole way from the run before to the best fit, so that few customers change cluster for that alone',
  ],
  'feature-unknown': () => 'not known for any customer',
  'feature-rarely-known': [
    ({ share }, s) => `known for ${s.percent(share)} of the customers only`,
    () => 'known for few of the customers only',
  ],
  'feature-same': () => 'nearly the same for all customers',
  'returns-rare': () => 'too few customers return anything',
  'feature-repeats': ({ feature }, s) => `says the same as ${s.plainFeature(feature)}`,
  'count-set': [
    ({ clusters }, s) => `${s.count(clusters)} clusters: the number was set, not chosen`,
    () => 'the number of clusters was set, not chosen',
  ],
  'count-kept': [
    ({ clusters, silhouette, other, otherSilhouette }, s) =>
      `${s.count(clusters)} clusters as before: their silhouette is ${s.fixed(silhouette, 2)}, and the ` +
      `${s.count(other)} that a fresh look would take have ${s.fixed(otherSilhouette, 2)}, too little more to rename everybody`,
    () => 'as many clusters as before: a fresh look would gain too little to rename everybody',
  ],
  'count-chosen': [
    ({ because: why, clusters, silhouette, other, otherSilhouette }, s) => {
      const of = (count: number, separation: number) =>
        `${s.count(count)} clusters (silhouette ${s.fixed(separation, 2)})`;
      return CHOSEN[why](of(clusters, silhouette), of(other ?? clusters, otherSilhouette ?? silhouette));
    },
    () => 'the number of clusters that sets them apart best',
  ],
  'count-by-rules': [
    ({ segments: count }, s) =>
      `${s.plural(count, { one: '# segment', other: '# segments' })}: as many as there are rules`,
    () => 'as many segments as there are rules',
  ],
  'count-by-scheme': [
    ({ tiers }, s) => `${s.count(tiers)} tiers, as in the scheme`,
    () => 'as many tiers as in the scheme',
  ],
  'count-of-crowds': [
    ({ crowds, customers, radius, outlierShare }, s) =>
      `${s.plural(crowds, { one: '# crowd', other: '# crowds' })}: ${s.count(customers)} customers within ${s.fixed(radius, 2)} ${DEVIATIONS} make one, ` +
      `a radius from the k-distance curve unless the settings gave it; ${s.percent(outlierShare, 1)} are outliers`,
    () => 'as many crowds as lie close together, by a radius from the k-distance curve unless the settings gave it',
  ],
  'scores-impossible': [
    ({ measure, scores, tie }, s) =>
      `${s.measure(measure)} ${scoreWord(scores)} ${s.numbers(scores)} cannot occur${because(measure, tie, s)}`,
    ({ measure }, s) => `some ${s.measure(measure)} scores cannot occur`,
  ],
  'scores-empty': [
    ({ measure, scores, tie }, s) =>
      `nobody has ${s.measure(measure)} ${scoreWord(scores)} ${s.numbers(scores)}${because(measure, tie, s)}`,
    ({ measure }, s) => `nobody has some of the ${s.measure(measure)} scores`,
  ],
  'score-crowded': [
    ({ measure, score, share }, s) =>
      `${s.percent(share)} of buyers have ${s.measure(measure)} score ${s.count(score)}`,
    ({ measure }, s) => `most buyers have the same ${s.measure(measure)} score`,
  ],
  'segment-empty': ({ segment }, s) => `nobody is in ${s.text(segment.title)}`,
  'segment-crowded': [
    ({ segment, share }, s) => `${s.percent(share)} of buyers are in ${s.text(segment.title)}`,
    ({ segment }, s) => `most buyers are in ${s.text(segment.title)}`,
  ],
  'segments-upside-down': [
    ({ better, betterAverage, worse, worseAverage }, s) =>
      `${s.text(better.title)} has a lower average net revenue than ${s.text(worse.title)} (${s.money(betterAverage)} against ${s.money(worseAverage)})`,
    ({ better, worse }, s) => `${s.text(better.title)} has a lower average net revenue than ${s.text(worse.title)}`,
  ],
  'tiers-fixed': [
    ({ needed, found }, s) =>
      `fixed cut-offs: natural breaks need ${s.count(needed)} different scores, there are ${s.count(found)}`,
    () => 'fixed cut-offs: there are too few different scores for natural breaks',
  ],
  notes: ({ parts }, s) => parts.map(s.text).join('; '),
};
