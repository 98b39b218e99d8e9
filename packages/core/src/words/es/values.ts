import type { ContestantKey, Named, RankingFigures, RunFailure, ValueKind } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';

const CONTESTANTS: Readonly<Record<ContestantKey, string>> = {
  tweedie: 'la regresión sobre el comportamiento',
  purchases: 'el modelo de compras',
  'pareto-nbd': 'el modelo de compras Pareto/NBD',
  'tweedie-without-demographics': 'la regresión sin datos demográficos',
  spend: 'la clasificación por gasto',
  recency: 'la clasificación por recencia',
  'spend-last-90-days': 'la clasificación por gasto de los últimos 90 días',
};
const PLAIN_CONTESTANTS: Partial<typeof CONTESTANTS> = { 'spend-last-90-days': 'la clasificación por gasto reciente' };

const RUN_FAILURES: Readonly<Record<RunFailure, string>> = {
  busy: 'otra ejecución estaba en curso: esta se repetirá después',
  interrupted: 'el proceso que la realizaba terminó: no hay que hacer nada, se repetirá por sí sola',
  'disk-full': 'el disco de la base de datos está lleno: libere espacio y se repetirá por sí sola',
  'out-of-memory':
    'la máquina tenía poca memoria: dele más o reduzca lo que hace al mismo tiempo; se repetirá por sí sola',
  'database-away': 'la base de datos no respondió: compruebe que funciona y acepta conexiones; se repetirá por sí sola',
  locked: 'otro trabajo en la base de datos retenía lo que necesitaba: se repetirá por sí sola',
  settings: 'la tienda o sus ajustes no lo permiten: el mensaje dice qué cambiar; se repetirá por sí sola',
  unexpected: 'algo falló que no debía fallar: el registro dice más (LOG_LEVEL=debug); se repetirá por sí sola',
};

const interval = (low: number, high: number, s: Speaker) =>
  `intervalo del ${s.percent(0.9)}: de ${s.points(low)} a ${s.points(high)}`;
const MOVED = { STABLE: 'se reparte como antes', SHIFTED: 'se ha desplazado', STALE: 'se ha desplazado mucho' };
const CUSTOMERS = { one: '# cliente', many: '# de clientes', other: '# clientes' };
const whom = (segment: Named | null, s: Speaker) => (segment === null ? 'los clientes' : `«${s.text(segment.title)}»`);

const figures = (v: RankingFigures, s: Speaker) => {
  const points = (share: number) => s.fixed(100 * share, 1);
  return (
    `el ${s.percent(v.hits, 1)} de las listas de ${s.count(v.length)} contenía algo que se compró, frente al ${s.percent(v.popularHits, 1)} de los productos populares ` +
    `(${points(v.lead)} puntos, intervalo del ${s.percent(0.9)}: de ${points(v.leadLow)} a ${points(v.leadHigh)}); ` +
    `NDCG ${s.fixed(v.gain, 3)} ${v.gain < 0 ? 'menor' : 'mayor'}, intervalo del ${s.percent(0.9)}: de ${s.fixed(v.gainLow, 3)} a ${s.fixed(v.gainHigh, 3)}; n = ${s.count(v.lists)}`
  );
};

const plainFactor = (name: string, factor: number) => `${name}: ${factor >= 1 ? 'sube' : 'baja'} lo esperado`;
const categoryWords = (category: string, label: string, s: Speaker) =>
  `${category === 'topSpendCategory' ? 'compra sobre todo en' : `${s.category(category)}:`} ${label}`;

export const values: Sentences<ValueKind> = {
  'nothing-to-predict': () => 'aún no ha hecho ningún pedido, así que no hay de qué predecir',
  'too-little-known': () => 'se sabía muy poco cuando se ajustó el modelo: no se predice nada hasta el próximo ajuste',
  'average-base': [
    ({ amount }, s) => `${s.money(amount)} es lo que aporta un cliente de comportamiento medio`,
    () => 'parte de lo que aporta el comportamiento medio',
  ],
  factor: [
    ({ feature, value, factor }, s) => {
      const unknown = value === null ? `${feature} no se conoce` : `${feature} ${s.count(value)}`;
      return `${s.factor(feature, value) ?? unknown} (× ${s.fixed(factor, 2)})`;
    },
    ({ feature, factor }, s) => plainFactor(s.plainFactor(feature), factor),
  ],
  'category-factor': [
    ({ category, label, factor }, s) => `${categoryWords(category, label, s)} (× ${s.fixed(factor, 2)})`,
    ({ category, factor }, s) => plainFactor(s.category(category), factor),
  ],
  'everything-else': () => 'todo lo demás',
  'expected-orders': [
    ({ orders }, s) => `se esperan ${s.fixed(orders, 2)} pedidos en los próximos 90 días`,
    () => 'según los pedidos que se esperan',
  ],
  'expected-order-value': [
    ({ amount }, s) => `se esperan ${s.money(amount)} por pedido`,
    () => 'según el valor que se espera por pedido',
  ],
  'group-order-value': [
    ({ amount }, s) => `${s.money(amount)} por pedido, la media del grupo: este cliente aún no ha vuelto a comprar`,
    () => 'según el pedido medio del grupo: este cliente aún no ha vuelto a comprar',
  ],
  'still-customer': [
    ({ probability }, s) => `${s.percent(probability)} de probabilidad de que siga siendo cliente`,
    ({ probability }) => (probability >= 0.5 ? 'probablemente sigue siendo cliente' : 'probablemente ya no es cliente'),
  ],
  'few-repeat-buyers': [
    ({ buyers }, s) =>
      `${s.plural(buyers, { one: '# comprador que repite', many: '# de compradores que repiten', other: '# compradores que repiten' })} hasta ahora, muy pocos o muy nuevos para distinguir clientes: todos reciben la media del grupo`,
    () => 'muy pocos compradores que repiten, o muy nuevos, para distinguir clientes: todos reciben la media del grupo',
  ],
  'no-values': () => 'esta ejecución no predijo valores',
  'ranked-by-score': () => 'no se predicen ingresos: ordenado por la puntuación de valor',
  contestant: [
    ({ contestant }) => CONTESTANTS[contestant],
    ({ contestant }) => PLAIN_CONTESTANTS[contestant] ?? CONTESTANTS[contestant],
  ],
  'untested-short': () => 'sin comprobar todavía: el historial es muy corto para una prueba en el tiempo',
  'untested-few': [
    ({ active, needed }, s) =>
      `sin comprobar todavía: en el periodo de prueba solo ${active === 1 ? 'compró' : 'compraron'} ${s.plural(active, CUSTOMERS)} y se necesitan ${s.count(needed)}`,
    () => 'sin comprobar todavía: muy pocos clientes compraron en el periodo de prueba',
  ],
  'no-ranking': [
    ({ model, captured }, s) =>
      `nada clasifica a estos clientes mejor que el azar: el mejor ${s.percent(0.2)} según ${s.text(model)} aportó el ${s.percent(captured, 1)} de los ingresos, así que no se ofrece clasificación`,
    () => 'nada clasifica a estos clientes mejor que el azar, así que no se ofrece clasificación',
  ],
  'use-model': ({ model }, s) => `conviene usar ${s.text(model)}`,
  'use-model-over': [
    ({ model, baseline, lead, low, high }, s) =>
      `conviene usar ${s.text(model)}: supera a ${s.text(baseline)} en ${s.points(lead)} puntos, ${interval(low, high, s)}`,
    ({ model, baseline }, s) => `conviene usar ${s.text(model)}: supera a ${s.text(baseline)}`,
  ],
  'use-baseline': [
    ({ baseline, captured }, s) =>
      `ningún modelo clasifica a estos clientes mejor que el azar, pero sí ${s.text(baseline)}: su mejor ${s.percent(0.2)} aportó el ${s.percent(captured, 1)} de los ingresos; conviene usar ${s.text(baseline)}`,
    ({ baseline }, s) =>
      `ningún modelo clasifica a estos clientes mejor que el azar, pero sí ${s.text(baseline)}; conviene usarla`,
  ],
  'no-better': [
    ({ baseline, lead, low, high }, s) =>
      `no es mejor que ${s.text(baseline)} (${s.points(lead)} puntos, ${interval(low, high, s)}); conviene usar ${s.text(baseline)}`,
    ({ baseline }, s) => `no es mejor que ${s.text(baseline)}; conviene usar ${s.text(baseline)}`,
  ],
  'returned-more': [
    ({ customers }, s) =>
      `${s.plural(customers, { one: '# cliente devolvió', many: '# de clientes devolvieron', other: '# clientes devolvieron' })} en el periodo más de lo que compró; cuenta como 0`,
    () => 'algunos clientes devolvieron en el periodo más de lo que compraron; cuenta como nada',
  ],
  'no-customers': () => 'no hay clientes de los que aprender',
  'rows-unusable': [
    ({ rows }, s) => `no sirve ninguna de ${s.plural(rows, { one: '# fila', many: '# de filas', other: '# filas' })}`,
    () => 'no sirve ninguna de las filas',
  ],
  'search-stopped': [
    ({ steps }, s) =>
      `la búsqueda terminó tras ${s.plural(steps, { one: '# paso', many: '# de pasos', other: '# pasos' })} sin llegar a un óptimo`,
    () => 'la búsqueda terminó sin llegar a un óptimo',
  ],
  'histories-silent': () => 'los historiales no dicen nada de algunos parámetros; quedan sus valores iniciales',
  'nobody-twice': () => 'nadie ha repetido compra todavía, así que no hay tasa que aprender',
  'leaving-alike': () =>
    'el abandono tras una compra no se distingue de un cliente a otro (a o b no tiene óptimo finito); los parámetros quedan en un límite',
  'rates-at-bound': ({ parameters }, s) =>
    `${s.list(parameters)} en un límite: los clientes se diferencian muy poco para distinguir sus tasas`,
  'leaving-at-bound': ({ parameters }, s) =>
    `${s.list(parameters)} en un límite: nadie parece irse, o los clientes se diferencian muy poco`,
  'values-too-wide': [
    () => 'los valores por pedido varían tanto que apenas existe su media (q queda justo por encima de 1)',
    () => 'los valores por pedido varían tanto que apenas existe su media',
  ],
  'values-too-alike': () =>
    'los valores por pedido se diferencian muy poco, en cada cliente o entre clientes; los parámetros quedan en un límite',
  'columns-steady': () => 'ninguna columna se ha desplazado desde la ejecución anterior',
  'column-moved': [
    ({ column, level, index }, s) =>
      `${column} ${MOVED[level]} desde la ejecución anterior (índice de estabilidad ${s.fixed(index, 2)})`,
    ({ level }) => `alguna columna ${MOVED[level]} desde la ejecución anterior`,
  ],
  'no-run-before': () => 'no hay ejecución anterior con la que comparar',
  'run-failed': ({ failure }) => RUN_FAILURES[failure],
  'orders-ahead': [
    ({ orders, newest }, s) =>
      `pedidos con fecha futura: ${s.count(orders)}, el último del ${newest}; no figuran en ninguna cifra hasta que llegue su día`,
    () => 'algunos pedidos tienen fecha futura: no figuran en ninguna cifra hasta que llegue su día',
  ],
  'predictions-missed': [
    ({ ratio, runId }, s) =>
      `los clientes aportaron ${s.fixed(ratio, 2)} veces lo que predijo la ejecución ${runId}: el modelo está desfasado`,
    () => 'lo que aportaron los clientes dista mucho de lo predicho: el modelo está desfasado',
  ],
  'bought-with': [
    ({ share, segment, product, productId, lift, customers }, s) =>
      `lo compró el ${s.smallPercent(share)} de ${whom(segment, s)} que compraron ${product === null ? `el producto ${productId}` : `«${product}»`}, lift ${s.fixed(lift, 1)}, n = ${s.count(customers)}`,
    ({ product }) => (product === null ? 'combina con lo que compró' : `se compra a menudo con «${product}»`),
  ],
  'rebuy-own': [
    ({ intervalDays, daysAgo, purchases }, s) =>
      `lo compra cada ${s.days(Math.round(intervalDays))} más o menos, la última vez hace ${s.days(daysAgo)}, n = ${s.plural(purchases, { one: '# vez', many: '# de veces', other: '# veces' })}`,
    () => 'lo compra con regularidad, y ya toca',
  ],
  'rebuy-usual': [
    ({ intervalDays, daysAgo }, s) =>
      `lo compró hace ${s.days(daysAgo)}; los clientes lo recompran a los ${s.days(Math.round(intervalDays))} más o menos`,
    () => 'lo compró hace un tiempo, y los clientes lo recompran',
  ],
  popular: [
    ({ share, segment, customers }, s) =>
      `lo compró el ${s.smallPercent(share)} de ${whom(segment, s)} que pidieron en los últimos 90 días, n = ${s.count(customers)}`,
    ({ segment }, s) => `popular últimamente entre ${whom(segment, s)}`,
  ],
  'shopper-goes-with': ({ product }) =>
    product === null ? 'Combina con tu compra' : `A menudo se compra con «${product}»`,
  'shopper-again': () => 'Es hora de reponerlo',
  'shopper-popular': () => 'Popular ahora mismo',
  'lists-few': [
    ({ lists, needed }, s) =>
      `sin comprobar todavía: en el periodo de prueba solo ${lists === 1 ? 'volvió' : 'volvieron'} a comprar ${s.plural(lists, CUSTOMERS)} y se necesitan ${s.count(needed)}`,
    () => 'sin comprobar todavía: muy pocos clientes volvieron a comprar en el periodo de prueba',
  ],
  'beats-popularity': [(v, s) => `supera a la popularidad: ${figures(v, s)}`, () => 'supera a la popularidad'],
  'like-popularity': [
    (v, s) => `no se ha demostrado que supere a la popularidad: ${figures(v, s)}`,
    () => 'no se ha demostrado que supere a la popularidad',
  ],
};
