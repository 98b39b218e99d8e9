/**
 * Español. Glosario: segment = segmento, cluster = grupo de comportamiento, crowd = núcleo, outlier = atípico,
 * buyer = comprador, customer = cliente, recency = recencia, frequency = frecuencia, monetary = gasto, score = puntuación,
 * value score = puntuación de valor, net spend = gasto neto, order = pedido, order value = valor por pedido,
 * discount = descuento, return = devolución, lifetime value = valor futuro del cliente, ranking = clasificación, row = fila,
 * mapping file = archivo de correspondencias.
 */
import { actions } from './es/actions.js';
import { imports } from './es/imports.js';
import { quality } from './es/quality.js';
import { segments } from './es/segments.js';
import { values } from './es/values.js';
import type { LanguageWords } from './speaker.js';

export const es: LanguageWords = {
  locale: 'es',
  grouping: true,
  days: { one: '# día', many: '# de días', other: '# días' },
  measures: { recency: 'recencia', frequency: 'frecuencia', monetary: 'gasto' },
  features: {
    orders: 'pedidos',
    recencyDays: 'días desde el último pedido',
    tenureDays: 'días desde el primer pedido',
    spanDays: 'días entre el primer y el último pedido',
    elapsedSpanDays: 'días entre el primer y el último pedido',
    netRevenue: 'gasto neto',
    grossRevenue: 'gasto bruto',
    averageOrderValue: 'valor por pedido',
    itemsDelivered: 'artículos entregados',
    itemsReturned: 'artículos devueltos',
    medianDaysBetweenOrders: 'días habituales entre pedidos',
    discountShare: 'parte ahorrada con descuentos',
    distinctCategories: 'categorías compradas',
    visits30d: { name: 'visitas en 30 días', plain: 'visitas recientes' },
    emailOpens90d: { name: 'correos abiertos en 90 días', plain: 'correos abiertos recientemente' },
    serviceContacts90d: {
      name: 'contactos con atención al cliente en 90 días',
      plain: 'contactos recientes con atención al cliente',
    },
    returnRate: 'tasa de devolución',
    promotionShare: 'parte de los pedidos con descuento',
  },
  categories: {
    country: 'país',
    channel: 'canal',
    topSpendCategory: 'categoría con más gasto',
    gender: 'género',
    state: 'provincia',
    city: 'ciudad',
  },
  factors: {
    recencyDays: (value, s) => `último pedido hace ${s.days(value)}`,
    orders: (value, s) =>
      `${s.plural(value, { one: '# pedido', many: '# de pedidos', other: '# pedidos' })} hasta ahora`,
    netRevenue: (value, s) => `ha gastado ${s.money(value)} hasta ahora`,
    averageOrderValue: (value, s) => `gasta ${s.money(value)} por pedido`,
    tenureDays: (value, s) => `primer pedido hace ${s.days(value)}`,
    elapsedSpanDays: (value, s) => `${s.days(value)} entre el primer y el último pedido`,
    medianDaysBetweenOrders: (value, s) => `normalmente ${s.days(value)} entre pedidos`,
    distinctCategories: (value, s) =>
      `ha comprado en ${s.plural(value, { one: '# categoría', many: '# de categorías', other: '# categorías' })}`,
    discountShare: (value, s) =>
      Math.round(100 * value) === 0
        ? 'paga precios de lista'
        : `paga un ${s.percent(Math.abs(value))} ${value > 0 ? 'menos' : 'más'} que los precios de lista`,
    returnShare: (value, s) =>
      value > 0 ? `ha devuelto el ${s.percent(value)} de lo entregado` : 'no ha devuelto nada',
    'window.revenueLast90Days': (value, s) => `ha gastado ${s.money(value)} en los últimos 90 días`,
    'window.revenueSameSeason': (value, s) => `gastó ${s.money(value)} en estos 90 días del año pasado`,
    'purchases.topSpendCategoryShare': (value, s) => `el ${s.percent(value)} del gasto está en una sola categoría`,
    visits30d: (value, s) =>
      `${s.plural(value, { one: '# visita', many: '# de visitas', other: '# visitas' })} en los últimos 30 días`,
    emailOpens90d: (value, s) =>
      `${s.plural(value, { one: '# correo abierto', many: '# de correos abiertos', other: '# correos abiertos' })} en los últimos 90 días`,
    serviceContacts90d: (value, s) =>
      `${s.plural(value, { one: '# contacto', many: '# de contactos', other: '# contactos' })} con atención al cliente en los últimos 90 días`,
    'customer.age': (value, s) => s.plural(value, { one: '# año', many: '# de años', other: '# años' }),
  },
  plainFactors: {
    returnShare: 'tasa de devolución',
    'window.revenueLast90Days': 'gasto reciente',
    'window.revenueSameSeason': 'gasto en la misma temporada del año pasado',
    'purchases.topSpendCategoryShare': 'parte de la categoría con más gasto',
    'customer.age': 'edad',
  },
  unknownFactors: {
    medianDaysBetweenOrders: 'aún no se conoce el tiempo entre pedidos',
    discountShare: 'no se conocen los precios de lista',
    returnShare: 'aún no se ha entregado nada',
    'purchases.topSpendCategoryShare': 'no se conocen las categorías',
    'customer.age': 'no se conoce la edad',
  },
  sentences: { ...segments, ...quality, ...values, ...actions, ...imports },
};
