import type { Measure, QualityKind, Tie } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';

const DEVIATIONS = 'desviaciones típicas';
const BUYERS = { one: '# comprador', many: '# de compradores', other: '# compradores' };

const tied = (measure: Measure, value: number, s: Speaker) => {
  if (measure === 'recency') return `hizo su último pedido hace ${s.days(value)}`;
  if (measure === 'monetary') return `gastó ${s.money(value)}`;
  return `pidió ${s.plural(value, { one: '# vez', many: '# de veces', other: '# veces' })}`;
};
const because = (measure: Measure, tie: Tie | null, s: Speaker) =>
  tie === null ? '' : `: el ${s.percent(tie.share)} de los compradores ${tied(measure, tie.value, s)}`;

const CHOSEN = {
  'no-bend': (own: string) => `${own}: la mejor separación; la curva de inercia no tiene codo`,
  agree: (own: string) => `${own}: ahí está el codo de la inercia y es la mejor separación`,
  separated: (own: string, other: string) => `${own}: mejor separación que ${other} en el codo de la inercia`,
  'says-more': (own: string, other: string) =>
    `${own}: ahí está el codo de la inercia, y dicen más que ${other} con poca pérdida de separación`,
  'much-separated': (own: string, other: string) =>
    `${own}: separación mucho mejor que ${other} en el codo de la inercia`,
};

export const quality: Sentences<QualityKind> = {
  'clusters-need-buyers': [
    ({ buyers, needed }, s) => `${s.plural(buyers, BUYERS)}; los grupos necesitan ${s.count(needed)}`,
    () => 'muy pocos compradores para formar grupos',
  ],
  'outliers-need-buyers': [
    ({ buyers, needed }, s) => `${s.plural(buyers, BUYERS)}; los atípicos necesitan un núcleo de ${s.count(needed)}`,
    () => 'muy pocos compradores para que haya atípicos',
  ],
  'quintiles-need-buyers': [
    ({ buyers, needed }, s) => `${s.plural(buyers, BUYERS)}; los quintiles necesitan ${s.count(needed)}`,
    () => 'muy pocos compradores para puntuaciones',
  ],
  'buyers-alike': () => 'todos los compradores son iguales en todas las variables',
  'buyers-too-alike': () => 'muy pocos compradores distintos para formar grupos',
  'no-crowd': () => 'ningún radio reúne un núcleo',
  'clusters-overlap': () => 'los grupos se solapan: son cortes útiles de una misma masa más que grupos separados',
  'centres-held': [
    ({ share, mostMoved }, s) =>
      `los centros recorrieron el ${s.percent(share)} del camino desde la ejecución anterior hasta el mejor ajuste: ` +
      `más allá, más del ${s.percent(mostMoved)} de los clientes habría cambiado de grupo solo por eso`,
    () =>
      'los centros no recorrieron todo el camino hasta el mejor ajuste, para que pocos clientes cambien de grupo solo por eso',
  ],
  'feature-unknown': () => 'no se conoce de ningún cliente',
  'feature-rarely-known': [
    ({ share }, s) => `solo se conoce del ${s.percent(share)} de los clientes`,
    () => 'solo se conoce de pocos clientes',
  ],
  'feature-same': () => 'casi igual en todos los clientes',
  'returns-rare': () => 'muy pocos clientes devuelven algo',
  'feature-repeats': ({ feature }, s) => `dice lo mismo que: ${s.plainFeature(feature)}`,
  'count-set': [
    ({ clusters }, s) => `${s.count(clusters)} grupos: el número se fijó, no se eligió`,
    () => 'el número de grupos se fijó, no se eligió',
  ],
  'count-kept': [
    ({ clusters, silhouette, other, otherSilhouette }, s) =>
      `${s.count(clusters)} grupos, como antes: su silueta es ${s.fixed(silhouette, 2)}, y la de los ` +
      `${s.count(other)} de una elección nueva, ${s.fixed(otherSilhouette, 2)}; es muy poco más para cambiar todos los nombres`,
    () => 'tantos grupos como antes: otra elección ganaría muy poco para cambiar todos los nombres',
  ],
  'count-chosen': [
    ({ because: why, clusters, silhouette, other, otherSilhouette }, s) => {
      const of = (count: number, separation: number) => `${s.count(count)} grupos (silueta ${s.fixed(separation, 2)})`;
      return CHOSEN[why](of(clusters, silhouette), of(other ?? clusters, otherSilhouette ?? silhouette));
    },
    () => 'el número de grupos que mejor los separa',
  ],
  'count-by-rules': [
    ({ segments: count }, s) =>
      `${s.plural(count, { one: '# segmento', many: '# de segmentos', other: '# segmentos' })}: tantos como reglas`,
    () => 'tantos segmentos como reglas',
  ],
  'count-by-scheme': [
    ({ tiers }, s) =>
      `${s.plural(tiers, { one: '# nivel', many: '# de niveles', other: '# niveles' })}, como en el esquema`,
    () => 'tantos niveles como en el esquema',
  ],
  'count-of-crowds': [
    ({ crowds, customers, radius, outlierShare }, s) =>
      `${s.plural(crowds, { one: '# núcleo', many: '# de núcleos', other: '# núcleos' })}: lo forman ${s.count(customers)} clientes a menos de ${s.fixed(radius, 2)} ${DEVIATIONS}, ` +
      `un radio según la curva de distancias k si no se fijó otro; el ${s.percent(outlierShare, 1)} son atípicos`,
    () => 'tantos núcleos como haya juntos, con el radio según la curva de distancias k si no se fijó otro',
  ],
  'scores-impossible': [
    ({ measure, scores, tie }, s) =>
      `${scores.length === 1 ? 'la puntuación' : 'las puntuaciones'} de ${s.measure(measure)} ${s.numbers(scores)} no ${scores.length === 1 ? 'puede' : 'pueden'} darse${because(measure, tie, s)}`,
    ({ measure }, s) => `algunas puntuaciones de ${s.measure(measure)} no pueden darse`,
  ],
  'scores-empty': [
    ({ measure, scores, tie }, s) =>
      `nadie tiene ${scores.length === 1 ? 'la puntuación' : 'las puntuaciones'} de ${s.measure(measure)} ${s.numbers(scores)}${because(measure, tie, s)}`,
    ({ measure }, s) => `nadie tiene algunas puntuaciones de ${s.measure(measure)}`,
  ],
  'score-crowded': [
    ({ measure, score, share }, s) =>
      `el ${s.percent(share)} de los compradores tiene la puntuación de ${s.measure(measure)} ${s.count(score)}`,
    ({ measure }, s) => `la mayoría de los compradores tiene la misma puntuación de ${s.measure(measure)}`,
  ],
  'segment-empty': ({ segment }, s) => `no hay nadie en «${s.text(segment.title)}»`,
  'segment-crowded': [
    ({ segment, share }, s) => `el ${s.percent(share)} de los compradores está en «${s.text(segment.title)}»`,
    ({ segment }, s) => `la mayoría de los compradores está en «${s.text(segment.title)}»`,
  ],
  'segments-upside-down': [
    ({ better, betterAverage, worse, worseAverage }, s) =>
      `«${s.text(better.title)}» tiene menos gasto neto medio que «${s.text(worse.title)}» (${s.money(betterAverage)} frente a ${s.money(worseAverage)})`,
    ({ better, worse }, s) => `«${s.text(better.title)}» tiene menos gasto neto medio que «${s.text(worse.title)}»`,
  ],
  'tiers-fixed': [
    ({ needed, found }, s) =>
      `límites fijos: los cortes naturales necesitan ${s.count(needed)} puntuaciones distintas y hay ${s.count(found)}`,
    () => 'límites fijos: hay muy pocas puntuaciones distintas para cortes naturales',
  ],
  notes: ({ parts }, s) => parts.map(s.text).join('; '),
};
