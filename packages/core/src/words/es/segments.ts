import type { FeatureName } from '../../customers/features.js';
import { type ConditionGrammar, conditionInWords, fieldsInWords } from '../conditions.js';
import type { ClusterRole, Difference, ModelKey, SegmentKind, ShippedSegment, Tier, Trait } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';

const CONDITIONS: ConditionGrammar = {
  everybodyElse: 'ninguna de las reglas anteriores',
  bounds: { gte: 'de al menos #', gt: 'por encima de #', lte: 'de como máximo #', lt: 'por debajo de #' },
  both: ' y ',
  and: ', y ',
  or: ', o ',
  score: (measure) => `puntuación de ${measure}`,
  scores: (names, count, word, bounds) =>
    `${word === 'and' && count > 1 ? 'puntuaciones' : 'puntuación'} de ${names} ${bounds}`,
  comparison: (name, bounds) => `${name} ${bounds}`,
  brackets: ['(', ')'],
};

const ORDERS = { one: '# pedido', many: '# de pedidos', other: '# pedidos' };
const BUYERS = { one: '# comprador', many: '# de compradores', other: '# compradores' };
const DEVIATIONS = 'desviaciones típicas';

const TITLES: Readonly<Record<ShippedSegment, string>> = {
  'rfm:vip': 'VIP',
  'rfm:loyal': 'Fieles',
  'rfm:potential-loyalist': 'Potencialmente fieles',
  'rfm:at-risk': 'En riesgo',
  'rfm:dormant': 'Inactivos',
  'rfm:regulars': 'Otros clientes',
  'value:premium': 'Premium',
  'value:loyal': 'Valor alto',
  'value:regular': 'Valor medio',
  'value:occasional': 'Ocasional',
  'value:at-risk': 'Valor bajo',
  'behaviour:all-customers': 'Todos los clientes',
  'outliers:typical': 'Típicos',
  'outliers:small-groups': 'Grupos pequeños',
  'outliers:outliers': 'Atípicos',
  prospect: 'Cliente potencial',
};

const DESCRIPTIONS: Readonly<Record<Exclude<ShippedSegment, `value:${Tier}`>, string>> = {
  'rfm:vip': 'Han comprado hace poco, compran a menudo y son quienes más gastan.',
  'rfm:loyal': 'Han comprado hace poco y compran a menudo o gastan mucho.',
  'rfm:potential-loyalist': 'Compra bastante reciente y ya han repetido.',
  'rfm:at-risk': 'Fueron buenos clientes, pero hace mucho que no compran.',
  'rfm:dormant': 'Compraron hace mucho, pocas veces y poco.',
  'rfm:regulars': 'Todos los demás: sobre todo un pedido modesto, no hace mucho.',
  'behaviour:all-customers': 'Todos los que han pedido: no hay datos suficientes para distinguirlos.',
  'outliers:typical': 'Todos los que han pedido: son muy pocos o muy parecidos para que haya atípicos.',
  'outliers:small-groups': 'Núcleos pequeños de clientes parecidos entre sí.',
  'outliers:outliers': 'Como nadie más: muy grandes, muy frecuentes o fuera de lo común; conviene mirarlos uno a uno.',
  prospect: 'La tienda lo conoce, aún no ha hecho ningún pedido.',
};
const PLAIN_DESCRIPTIONS: Partial<typeof DESCRIPTIONS> = {
  'rfm:regulars': 'Todos los demás: sobre todo pedidos modestos, no hace mucho.',
  'outliers:outliers': 'Como nadie más: muy grandes, muy frecuentes o fuera de lo común; conviene mirarlos de cerca.',
};

const RANKS: Readonly<Record<Tier, string>> = {
  premium: 'La puntuación de valor más alta',
  loyal: 'Puntuación de valor alta',
  regular: 'Puntuación de valor media',
  occasional: 'Puntuación de valor baja',
  'at-risk': 'La puntuación de valor más baja',
};
const OF_VALUE = 'Habla del valor, no de la recencia.';

const CLUSTERS: Readonly<Record<ClusterRole, { title: string; beside?: string; phrase: string; quiet?: string }>> = {
  best: {
    title: 'Fieles de alto valor',
    beside: 'VIP',
    phrase: 'Compran a menudo, hace poco y más que nadie',
    quiet: 'Han comprado más a menudo que los demás y más que nadie',
  },
  frequent: {
    title: 'Compradores frecuentes',
    beside: 'Habituales fieles',
    phrase: 'Vuelven con regularidad y gastan con moderación',
    quiet: 'Han vuelto y han gastado con moderación',
  },
  'big-basket': { title: 'Compradores de gran cesta', phrase: 'Piden pocas veces, pero mucho de golpe' },
  bargain: { title: 'Cazadores de ofertas', phrase: 'Compran cuando hay descuento' },
  occasional: {
    title: 'Compradores ocasionales',
    phrase: 'Compran de vez en cuando, con margen para crecer',
    quiet: 'Han comprado de vez en cuando',
  },
  new: { title: 'Clientes nuevos', phrase: 'Llegaron hace poco y apenas han empezado' },
  'new-inactive': { title: 'Nuevos/Inactivos', phrase: 'Compraron pocas veces, algunos hace poco, otros hace mucho' },
  returning: { title: 'Devuelven a menudo', phrase: 'Devuelven mucho de lo que compran' },
  'at-risk': { title: 'Clientes en riesgo', phrase: 'Han comprado bien, pero hace mucho que no' },
  dormant: { title: 'Dormidos', beside: 'Sin actividad', phrase: 'Compraron pocas veces, poco y hace mucho' },
};

const MORE_AND_LESS: Readonly<Partial<Record<FeatureName, readonly [more: string, less: string]>>> = {
  recencyDays: ['hace más tiempo', 'más recientes'],
  orders: ['más pedidos', 'menos pedidos'],
  netRevenue: ['más gasto', 'menos gasto'],
  tenureDays: ['más antiguos', 'más nuevos'],
  discountShare: ['más descuentos', 'menos descuentos'],
  returnRate: ['más devoluciones', 'menos devoluciones'],
  averageOrderValue: ['pedidos mayores', 'pedidos menores'],
  distinctCategories: ['más categorías', 'menos categorías'],
};
const differs = ({ feature, side }: Difference, s: Speaker) =>
  MORE_AND_LESS[feature]?.[side === 'more' ? 0 : 1] ??
  `${side === 'more' ? 'más' : 'menos'}: ${s.plainFeature(feature)}`;
const distinct = (title: string, difference: Difference | null, number: number | null, s: Speaker) =>
  difference !== null ? `${title}, ${differs(difference, s)}` : number === null ? title : `${title} ${s.count(number)}`;

const traits = (list: readonly Trait[], s: Speaker) =>
  list
    .map(
      ({ feature, own, usual }) =>
        `${s.feature(feature)}: ${s.about(feature, own)}, lo habitual ${s.about(feature, usual)}`,
    )
    .join('; ');
const plainTraits = (list: readonly Trait[], s: Speaker) =>
  list
    .map(({ feature, own, usual }) => `${s.plainFeature(feature)}, ${own > usual ? 'más' : 'menos'} de lo habitual`)
    .join('; ');

const MODELS: Readonly<Record<ModelKey, readonly [title: string, method: string]>> = {
  rfm: [
    'RFM',
    'puntuaciones de recencia, frecuencia y gasto neto, por quintiles si no se indica otra cosa; reglas ordenadas, vale la primera que se cumple',
  ],
  value: [
    'Puntuación de valor',
    'percentiles ponderados de gasto neto, frecuencia de compra y valor por pedido, en niveles',
  ],
  behaviour: [
    'Comportamiento',
    'k-means sobre variables estandarizadas, número de grupos por codo y silueta, claves que se conservan entre ejecuciones',
  ],
  outliers: ['Atípicos', 'DBSCAN sobre variables estandarizadas, radio según la curva de distancias k'],
  clv: [
    'Valor futuro del cliente',
    'regresión Tweedie o BG/NBD con Gamma-Gamma, la que mejor resultado dio últimamente',
  ],
  recommendations: ['Recomendaciones', 'compras conjuntas, intervalos de recompra y popularidad reciente, combinados'],
};

const TERMS = { spend: 'gasto neto', frequency: 'frecuencia de compra', orderValue: 'valor por pedido' } as const;

export const segments: Sentences<SegmentKind> = {
  'no-order-yet': () => 'aún no ha hecho ningún pedido',
  'too-few-buyers': [
    ({ buyers, needed, segment }, s) =>
      `solo ${s.count(buyers)} de los ${s.count(needed)} compradores que necesitan las puntuaciones: todos cuentan como «${s.text(segment.title)}»`,
    ({ segment }, s) => `muy pocos compradores para puntuaciones: todos cuentan como «${s.text(segment.title)}»`,
  ],
  'rule-met': [
    ({ segment, condition }, s) => `${s.text(segment.title)}: ${conditionInWords(condition, CONDITIONS, s)}`,
    ({ segment, condition }, s) =>
      condition === null
        ? `${s.text(segment.title)}: ${CONDITIONS.everybodyElse}`
        : `${s.text(segment.title)}: según ${fieldsInWords(condition, CONDITIONS, s)}`,
  ],
  condition: [
    ({ condition }, s) => conditionInWords(condition, CONDITIONS, s),
    ({ condition }, s) =>
      condition === null ? CONDITIONS.everybodyElse : `según ${fieldsInWords(condition, CONDITIONS, s)}`,
  ],
  'feature-value': [
    ({ feature, value }, s) => `${s.feature(feature)}: ${s.value(feature, value)}`,
    ({ feature }, s) => `${s.plainFeature(feature)}: como pide la regla`,
  ],
  'recency-score': [
    ({ score, days }, s) => `puntuación de recencia ${s.count(score)} de 5: último pedido hace ${s.days(days)}`,
    ({ score }) =>
      `último pedido: ${['hace mucho', 'hace bastante', 'hace un tiempo', 'hace no mucho', 'reciente'][score - 1]}`,
  ],
  'frequency-score': [
    ({ score, orders }, s) => `puntuación de frecuencia ${s.count(score)} de 5: ${s.plural(orders, ORDERS)}`,
    ({ score }) =>
      `pedidos: ${['muy rara vez', 'rara vez', 'de vez en cuando', 'a menudo', 'muy a menudo'][score - 1]}`,
  ],
  'monetary-score': [
    ({ score, amount }, s) => `puntuación de gasto ${s.count(score)} de 5: gasto neto ${s.money(amount)}`,
    ({ score }) => `gasto neto: ${['muy bajo', 'bajo', 'medio', 'alto', 'muy alto'][score - 1]}`,
  ],
  'score-unknown': [
    ({ measure, score }, s) =>
      `puntuación de ${s.measure(measure)} ${score === null ? 'ausente' : `${s.count(score)} de 5`}: no se conoce`,
    ({ measure }, s) => `${s.measure(measure)}: no se conoce`,
  ],
  'order-moves': [
    ({ orders, size, segment }, s) =>
      `${s.plural(orders, { one: '# pedido más', many: '# de pedidos más', other: '# pedidos más' })}${size === 'any' ? '' : ' del tamaño habitual'} ahora ${orders === 1 ? 'lleva' : 'llevan'} a «${s.text(segment.title)}»`,
    ({ segment }, s) => `volver a pedir ahora lleva a «${s.text(segment.title)}»`,
  ],
  'spend-moves': [
    ({ bound, now, segment }, s) =>
      `un pedido más que eleve el gasto neto por encima de ${s.money(bound)} (ahora ${s.money(now)}) lleva a «${s.text(segment.title)}»`,
    ({ segment }, s) => `pedir por un importe mayor lleva a «${s.text(segment.title)}»`,
  ],
  'silence-moves': [
    ({ days, segment }, s) => `sin pedidos, pasa a «${s.text(segment.title)}» a los ${s.days(days)} del último`,
    ({ segment }, s) => `sin pedidos, con el tiempo pasa a «${s.text(segment.title)}»`,
  ],
  'waiting-moves': [
    ({ days, segment }, s) =>
      `${s.plural(days, { one: '# día más', many: '# de días más', other: '# días más' })} sin pedidos ${days === 1 ? 'lleva' : 'llevan'} a «${s.text(segment.title)}»`,
    ({ segment }, s) => `sin pedidos, con el tiempo pasa a «${s.text(segment.title)}»`,
  ],
  'points-move': [
    ({ points, segment }, s) => `${s.fixed(points, 3)} puntos más llevan a «${s.text(segment.title)}»`,
    ({ segment }, s) => `mayor puntuación de valor lleva a «${s.text(segment.title)}»`,
  ],
  'value-score': [({ score }, s) => `puntuación de valor ${s.fixed(score, 3)}`, () => 'según la puntuación de valor'],
  'value-term': [
    ({ term, percentile, adds, most }, s) =>
      `${TERMS[term]} igual o superior al del ${s.percent(percentile)} de los compradores: suma ${s.fixed(adds, 3)} de un máximo de ${s.shortest(most, 3)}`,
    ({ term, percentile }) =>
      `${TERMS[term]}: ${percentile >= 0.8 ? 'entre los más altos' : percentile >= 0.5 ? 'por encima de la mitad' : percentile >= 0.2 ? 'por debajo de la mitad' : 'entre los más bajos'}`,
  ],
  'value-unscored': [
    ({ buyers, segment }, s) =>
      `sin puntuación de valor entre ${s.plural(buyers, BUYERS)}: cuenta como «${s.text(segment.title)}»`,
    ({ segment }, s) => `sin puntuación de valor: cuenta como «${s.text(segment.title)}»`,
  ],
  'cluster-only': ({ segment }, s) => `el único grupo es «${s.text(segment.title)}»`,
  'cluster-nearest': [
    ({ segment, distance, next, nextDistance }, s) =>
      `lo más cerca, «${s.text(segment.title)}»: a ${s.fixed(distance, 2)} ${DEVIATIONS} de su centro y a ` +
      `${s.fixed(nextDistance, 2)} del de «${s.text(next.title)}»`,
    ({ segment, next }, s) =>
      `se comporta sobre todo como «${s.text(segment.title)}», y después como «${s.text(next.title)}»`,
  ],
  'features-missing': [
    ({ features }, s) =>
      `${s.plural(features, { one: '# variable desconocida, se toma', many: '# de variables desconocidas, se toman', other: '# variables desconocidas, se toman' })} como la mediana de todos los compradores`,
    () => 'lo desconocido se toma como la mediana de todos los compradores',
  ],
  'cluster-trait': [
    ({ feature, segment, usual, all, own }, s) =>
      `${s.feature(feature)}: «${s.text(segment.title)}» ${s.about(feature, usual)}, todos los compradores ${s.about(feature, all)}; ` +
      (own === null ? 'aquí no se conoce, se toma lo habitual' : `aquí ${s.about(feature, own)}`),
    ({ feature, segment, usual, all }, s) =>
      `${s.plainFeature(feature)}: ${usual > all ? 'más' : 'menos'} en «${s.text(segment.title)}» que entre todos los compradores`,
  ],
  'cluster-returns': [
    ({ segment, usual, all, pieces }, s) =>
      `${s.feature('returnRate')}: «${s.text(segment.title)}» ${s.percent(usual)}, todos los compradores ${s.percent(all)}; ` +
      (pieces === null
        ? 'aquí no se ha entregado nada, se toma como todos los compradores'
        : `aquí ${s.count(pieces.returned)} de ${s.plural(pieces.delivered, { one: '# artículo', many: '# de artículos', other: '# artículos' })}`),
    ({ segment, usual, all }, s) =>
      `${s.plainFeature('returnRate')}: ${usual > all ? 'más' : 'menos'} en «${s.text(segment.title)}» que entre todos los compradores`,
  ],
  'change-moves': [
    ({ feature, side, bound, segment }, s) =>
      `${s.feature(feature)} por ${side === 'above' ? 'encima' : 'debajo'} de ${s.about(feature, bound)} estaría más cerca de «${s.text(segment.title)}», si lo demás no cambia`,
    ({ feature, side, segment }, s) =>
      `${side === 'above' ? 'más' : 'menos'} de esto estaría más cerca de «${s.text(segment.title)}»: ${s.plainFeature(feature)}`,
  ],
  'crowd-middle': [
    ({ segment, customers, radius }, s) =>
      `en el centro de «${s.text(segment.title)}»: hay al menos ${s.count(customers)} clientes a menos de ${s.fixed(radius, 2)} ${DEVIATIONS}`,
    ({ segment }, s) => `en el centro de «${s.text(segment.title)}»`,
  ],
  'crowd-member': [
    ({ segment, distance, radius }, s) =>
      `a ${s.fixed(distance, 2)} ${DEVIATIONS} de un cliente del centro de «${s.text(segment.title)}», dentro del radio de ${s.fixed(radius, 2)}`,
    ({ segment }, s) => `cerca del centro de «${s.text(segment.title)}»`,
  ],
  'crowd-far': [
    ({ segment, distance, radius }, s) =>
      `el núcleo más próximo, «${s.text(segment.title)}», está a ${s.fixed(distance, 2)} ${DEVIATIONS}, más lejos que el radio de ${s.fixed(radius, 2)}`,
    ({ segment }, s) => `lejos del núcleo más próximo, «${s.text(segment.title)}»`,
  ],
  unusual: [
    ({ traits: list }, s) => `fuera de lo común: ${traits(list, s)}`,
    ({ traits: list }, s) => `fuera de lo común: ${plainTraits(list, s)}`,
  ],
  'outlier-beyond': [
    ({ radius }, s) => `a más de ${s.fixed(radius, 2)} ${DEVIATIONS} de cualquier núcleo sería un atípico`,
    () => 'más lejos de cualquier núcleo empezarían los atípicos',
  ],
  'nearer-joins': [
    ({ distance, segment }, s) =>
      `${s.fixed(distance, 2)} ${DEVIATIONS} más cerca pertenecería a «${s.text(segment.title)}»`,
    ({ segment }, s) => `algo más cerca pertenecería a «${s.text(segment.title)}»`,
  ],
  'stands-apart': [
    ({ feature, deviations }, s) =>
      `${s.feature(feature)}: ${s.fixed(Math.abs(deviations), 1)} ${DEVIATIONS} por ${deviations > 0 ? 'encima' : 'debajo'} del comprador medio`,
    ({ feature, deviations }, s) =>
      `${s.plainFeature(feature)}: por ${deviations > 0 ? 'encima' : 'debajo'} del comprador medio`,
  ],

  'segment-title': ({ segment }) => TITLES[segment],
  'segment-description': [
    ({ segment }) => DESCRIPTIONS[segment],
    ({ segment }) => PLAIN_DESCRIPTIONS[segment] ?? DESCRIPTIONS[segment],
  ],
  'public-label': () => 'VIP',
  'tier-description': [
    ({ tier, from, to }, s) => {
      if (to === null) return `${RANKS[tier]}: desde ${s.shortest(from ?? 0, 3)}.`;
      if (from === null) return `${RANKS[tier]}: por debajo de ${s.shortest(to, 3)}. ${OF_VALUE}`;
      return `${RANKS[tier]}: desde ${s.shortest(from, 3)} hasta ${s.shortest(to, 3)}.`;
    },
    ({ tier, from }) => (from === null ? `${RANKS[tier]}. ${OF_VALUE}` : `${RANKS[tier]}.`),
  ],
  'cluster-title': ({ role, bargains, difference, number }, s) => {
    const { title, beside } = CLUSTERS[role];
    return distinct(bargains ? (beside ?? title) : title, difference, number, s);
  },
  'cluster-description': [
    ({ role, quiet, orders, netRevenue, recencyDays, customerShare, revenueShare }, s) => {
      const { phrase, quiet: quietly } = CLUSTERS[role];
      const average = (value: number | null, noun: string) =>
        value === null ? `${noun} sin datos` : `${s.fixed(value, Math.abs(value) < 100 ? 1 : 0)} ${noun}`;
      const spent = netRevenue === null ? 'gasto sin datos' : `${s.money(netRevenue)} de gasto`;
      const revenue = revenueShare === null ? '' : ` con el ${s.percent(revenueShare)} de los ingresos`;
      return (
        `${quiet ? (quietly ?? phrase) : phrase}: de media ${average(orders, 'pedidos')}, ${spent}, último pedido hace ` +
        `${average(recencyDays, 'días')}; el ${s.percent(customerShare)} de los clientes${revenue}.`
      );
    },
    ({ role, quiet }) => `${quiet ? (CLUSTERS[role].quiet ?? CLUSTERS[role].phrase) : CLUSTERS[role].phrase}.`,
  ],
  'crowd-title': ({ difference, number }, s) => distinct('Núcleo', difference, number, s),
  'crowd-description': [
    ({ place, traits: list }, s) =>
      `${place === 'middle' ? 'El grueso de los clientes' : 'Un núcleo aparte'}: ${traits(list, s)}.`,
    ({ place, traits: list }, s) =>
      place === 'middle' ? 'El grueso de los clientes.' : `Núcleo aparte: ${plainTraits(list, s)}.`,
  ],
  'small-crowds': [
    ({ crowds }, s) =>
      `${s.plural(crowds, { one: '# núcleo pequeño', many: '# de núcleos pequeños', other: '# núcleos pequeños' })} de clientes parecidos entre sí.`,
    () => 'Núcleos pequeños de clientes parecidos entre sí.',
  ],
  'model-title': ({ model }) => MODELS[model][0],
  'model-method': ({ model }) => MODELS[model][1],
};
