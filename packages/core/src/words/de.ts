/**
 * Deutsch. Glossar: segment = Segment, cluster = Cluster, crowd = Gruppe, outlier = Ausreißer, buyer = Käufer,
 * customer = Kunde, recency = Aktualität, frequency = Häufigkeit, monetary = Umsatz, score = Wert, value score = Kundenwert,
 * net spend = Nettoumsatz, order = Bestellung, order value = Bestellwert, discount = Rabatt, return = Retoure,
 * lifetime value = künftiger Kundenwert, ranking = Rangfolge, row = Zeile, mapping file = Zuordnungsdatei.
 */
import { actions } from './de/actions.js';
import { imports } from './de/imports.js';
import { quality } from './de/quality.js';
import { segments } from './de/segments.js';
import { values } from './de/values.js';
import type { LanguageWords } from './speaker.js';

export const de: LanguageWords = {
  locale: 'de',
  grouping: true,
  days: { one: '# Tag', other: '# Tage' },
  measures: { recency: 'Aktualität', frequency: 'Häufigkeit', monetary: 'Umsatz' },
  features: {
    orders: 'Bestellungen',
    recencyDays: 'Tage seit der letzten Bestellung',
    tenureDays: 'Tage seit der ersten Bestellung',
    spanDays: 'Tage zwischen erster und letzter Bestellung',
    elapsedSpanDays: 'Tage zwischen erster und letzter Bestellung',
    netRevenue: 'Nettoumsatz',
    grossRevenue: 'Bruttoumsatz',
    averageOrderValue: 'Bestellwert',
    itemsDelivered: 'gelieferte Artikel',
    itemsReturned: 'zurückgesandte Artikel',
    medianDaysBetweenOrders: 'übliche Tage zwischen Bestellungen',
    discountShare: 'Rabattanteil',
    distinctCategories: 'gekaufte Kategorien',
    visits30d: { name: 'Besuche in 30 Tagen', plain: 'Besuche in letzter Zeit' },
    emailOpens90d: { name: 'geöffnete E-Mails in 90 Tagen', plain: 'geöffnete E-Mails in letzter Zeit' },
    serviceContacts90d: {
      name: 'Kontakte mit dem Kundenservice in 90 Tagen',
      plain: 'Kontakte mit dem Kundenservice in letzter Zeit',
    },
    returnRate: 'Retourenquote',
    promotionShare: 'Anteil der Bestellungen mit Rabatt',
  },
  categories: {
    country: 'Land',
    channel: 'Kanal',
    topSpendCategory: 'umsatzstärkste Kategorie',
    gender: 'Geschlecht',
    state: 'Bundesland',
    city: 'Ort',
  },
  factors: {
    recencyDays: (value, s) => `letzte Bestellung vor ${s.plural(value, { one: '# Tag', other: '# Tagen' })}`,
    orders: (value, s) => `bisher ${s.plural(value, { one: '# Bestellung', other: '# Bestellungen' })}`,
    netRevenue: (value, s) => `bisher ${s.money(value)} ausgegeben`,
    averageOrderValue: (value, s) => `gibt je Bestellung ${s.money(value)} aus`,
    tenureDays: (value, s) => `erste Bestellung vor ${s.plural(value, { one: '# Tag', other: '# Tagen' })}`,
    elapsedSpanDays: (value, s) => `${s.days(value)} zwischen erster und letzter Bestellung`,
    medianDaysBetweenOrders: (value, s) => `gewöhnlich ${s.days(value)} zwischen zwei Bestellungen`,
    distinctCategories: (value, s) => `kaufte aus ${s.plural(value, { one: '# Kategorie', other: '# Kategorien' })}`,
    discountShare: (value, s) =>
      Math.round(100 * value) === 0
        ? 'zahlt Listenpreise'
        : `zahlt ${s.percent(Math.abs(value))} ${value > 0 ? 'weniger' : 'mehr'} als die Listenpreise`,
    returnShare: (value, s) =>
      value > 0 ? `hat ${s.percent(value)} der gelieferten Artikel zurückgesandt` : 'hat nichts zurückgesandt',
    'window.revenueLast90Days': (value, s) => `in den letzten 90 Tagen ${s.money(value)} ausgegeben`,
    'window.revenueSameSeason': (value, s) => `in diesen 90 Tagen des Vorjahres ${s.money(value)} ausgegeben`,
    'purchases.topSpendCategoryShare': (value, s) => `${s.percent(value)} der Ausgaben in einer Kategorie`,
    visits30d: (value, s) => `${s.plural(value, { one: '# Besuch', other: '# Besuche' })} in den letzten 30 Tagen`,
    emailOpens90d: (value, s) =>
      `${s.plural(value, { one: '# E-Mail', other: '# E-Mails' })} in den letzten 90 Tagen geöffnet`,
    serviceContacts90d: (value, s) =>
      `${s.plural(value, { one: '# Kontakt', other: '# Kontakte' })} mit dem Kundenservice in den letzten 90 Tagen`,
    'customer.age': (value, s) => `${s.plural(value, { one: '# Jahr', other: '# Jahre' })} alt`,
  },
  plainFactors: {
    returnShare: 'Retourenquote',
    'window.revenueLast90Days': 'Ausgaben in letzter Zeit',
    'window.revenueSameSeason': 'Ausgaben in derselben Saison des Vorjahres',
    'purchases.topSpendCategoryShare': 'Anteil der umsatzstärksten Kategorie',
    'customer.age': 'Alter',
  },
  unknownFactors: {
    medianDaysBetweenOrders: 'noch kein Abstand zwischen Bestellungen bekannt',
    discountShare: 'Listenpreise unbekannt',
    returnShare: 'noch nichts geliefert',
    'purchases.topSpendCategoryShare': 'Kategorien unbekannt',
    'customer.age': 'Alter unbekannt',
  },
  sentences: { ...segments, ...quality, ...values, ...actions, ...imports },
};
