import type { ContestantKey, Named, RankingFigures, RunFailure, ValueKind } from '../reasons.js';
import type { Sentences, Speaker } from '../speaker.js';

const CONTESTANTS: Readonly<Record<ContestantKey, string>> = {
  tweedie: 'Regression auf das Verhalten',
  purchases: 'Kaufmodell',
  'pareto-nbd': 'Kaufmodell nach Pareto/NBD',
  'tweedie-without-demographics': 'Regression ohne Demografie',
  spend: 'Rangfolge nach Umsatz',
  recency: 'Rangfolge nach Aktualität',
  'spend-last-90-days': 'Rangfolge nach Umsatz der letzten 90 Tage',
};
const PLAIN_CONTESTANTS: Partial<typeof CONTESTANTS> = { 'spend-last-90-days': 'Rangfolge nach jüngstem Umsatz' };

const RUN_FAILURES: Readonly<Record<RunFailure, string>> = {
  busy: 'ein anderer Lauf war an der Arbeit: Dieser wird danach wiederholt',
  interrupted:
    'der Prozess, der daran arbeitete, ist beendet: Es ist nichts zu tun, der Lauf wird von selbst wiederholt',
  'disk-full': 'die Platte der Datenbank ist voll: Platz schaffen, dann wird der Lauf von selbst wiederholt',
  'out-of-memory':
    'der Rechner hatte zu wenig Speicher: mehr geben oder neben dem Lauf weniger tun; der Lauf wird von selbst wiederholt',
  'database-away':
    'die Datenbank antwortete nicht: prüfen, ob sie läuft und Verbindungen annimmt; der Lauf wird von selbst wiederholt',
  locked: 'andere Arbeit in der Datenbank hielt, was der Lauf brauchte: Er wird von selbst wiederholt',
  settings:
    'der Shop oder seine Einstellungen erlauben es nicht: Die Meldung sagt, was zu ändern ist; der Lauf wird von selbst wiederholt',
  unexpected:
    'etwas ging schief, das nicht schiefgehen darf: Das Protokoll sagt mehr (LOG_LEVEL=debug); der Lauf wird von selbst wiederholt',
};

const interval = (low: number, high: number, s: Speaker) => `90-%-Intervall ${s.points(low)} bis ${s.points(high)}`;
const MOVED = { STABLE: 'ist verteilt wie zuvor', SHIFTED: 'hat sich verschoben', STALE: 'hat sich weit verschoben' };
const CUSTOMERS = { one: '# Kunde', other: '# Kunden' };
const whom = (segment: Named | null, s: Speaker) => (segment === null ? 'den Kunden' : `„${s.text(segment.title)}“`);
const DAYS_DATIVE = { one: '# Tag', other: '# Tagen' };

const figures = (v: RankingFigures, s: Speaker) => {
  const points = (share: number) => s.fixed(100 * share, 1);
  return (
    `${s.percent(v.hits, 1)} der Listen von ${s.count(v.length)} enthielten etwas Gekauftes, ${s.percent(v.popularHits, 1)} bei den beliebten Produkten ` +
    `(${points(v.lead)} Punkte, 90-%-Intervall ${points(v.leadLow)} bis ${points(v.leadHigh)}); ` +
    `NDCG ${s.fixed(v.gain, 3)} ${v.gain < 0 ? 'niedriger' : 'höher'}, 90-%-Intervall ${s.fixed(v.gainLow, 3)} bis ${s.fixed(v.gainHigh, 3)}; n = ${s.count(v.lists)}`
  );
};

const plainFactor = (name: string, factor: number) => `${name}: ${factor >= 1 ? 'erhöht' : 'senkt'} die Erwartung`;
const categoryWords = (category: string, label: string, s: Speaker) =>
  `${category === 'topSpendCategory' ? 'kauft vor allem aus' : `${s.category(category)}:`} ${label}`;

export const values: Sentences<ValueKind> = {
  'nothing-to-predict': () => 'hat noch nicht bestellt, daher gibt es keine Grundlage für eine Vorhersage',
  'too-little-known': () =>
    'bei der Anpassung des Modells war zu wenig bekannt: Bis zur nächsten Anpassung wird nichts vorhergesagt',
  'average-base': [
    ({ amount }, s) => `${s.money(amount)} bringt ein Kunde mit durchschnittlichem Verhalten`,
    () => 'Ausgangspunkt ist durchschnittliches Verhalten',
  ],
  factor: [
    ({ feature, value, factor }, s) => {
      const unknown = value === null ? `${feature} unbekannt` : `${feature} ${s.count(value)}`;
      return `${s.factor(feature, value) ?? unknown} (× ${s.fixed(factor, 2)})`;
    },
    ({ feature, factor }, s) => plainFactor(s.plainFactor(feature), factor),
  ],
  'category-factor': [
    ({ category, label, factor }, s) => `${categoryWords(category, label, s)} (× ${s.fixed(factor, 2)})`,
    ({ category, factor }, s) => plainFactor(s.category(category), factor),
  ],
  'everything-else': () => 'alles Übrige',
  'expected-orders': [
    ({ orders }, s) => `${s.fixed(orders, 2)} Bestellungen in den nächsten 90 Tagen erwartet`,
    () => 'nach den erwarteten Bestellungen',
  ],
  'expected-order-value': [
    ({ amount }, s) => `${s.money(amount)} je Bestellung erwartet`,
    () => 'nach dem erwarteten Bestellwert',
  ],
  'group-order-value': [
    ({ amount }, s) =>
      `${s.money(amount)} je Bestellung, der Schnitt der Gruppe: Dieser Kunde hat noch nicht wieder gekauft`,
    () => 'nach dem durchschnittlichen Bestellwert der Gruppe: Dieser Kunde hat noch nicht wieder gekauft',
  ],
  'still-customer': [
    ({ probability }, s) => `mit ${s.percent(probability)} Wahrscheinlichkeit noch Kunde`,
    ({ probability }) => (probability >= 0.5 ? 'wahrscheinlich noch Kunde' : 'wahrscheinlich kein Kunde mehr'),
  ],
  'few-repeat-buyers': [
    ({ buyers }, s) =>
      `bisher ${s.plural(buyers, { one: '# Wiederkäufer', other: '# Wiederkäufer' })}, zu wenige oder zu neue, um Kunden zu unterscheiden: alle erhalten den Schnitt der Gruppe`,
    () => 'zu wenige oder zu neue Wiederkäufer, um Kunden zu unterscheiden: alle erhalten den Schnitt der Gruppe',
  ],
  'no-values': () => 'dieser Lauf hat keine Werte vorhergesagt',
  'ranked-by-score': () => 'kein Umsatz vorhergesagt: geordnet nach Kundenwert',
  contestant: [
    ({ contestant }) => CONTESTANTS[contestant],
    ({ contestant }) => PLAIN_CONTESTANTS[contestant] ?? CONTESTANTS[contestant],
  ],
  'untested-short': () => 'noch nicht geprüft: Die Vorgeschichte ist zu kurz für eine Prüfung in der Zeit',
  'untested-few': [
    ({ active, needed }, s) =>
      `noch nicht geprüft: Im Prüfzeitraum ${active === 1 ? 'kaufte' : 'kauften'} nur ${s.plural(active, CUSTOMERS)}, nötig sind ${s.count(needed)}`,
    () => 'noch nicht geprüft: Im Prüfzeitraum kauften zu wenige Kunden',
  ],
  'no-ranking': [
    ({ model, captured }, s) =>
      `nichts ordnet diese Kunden besser als der Zufall: Die besten ${s.percent(0.2)} nach „${s.text(model)}“ brachten ${s.percent(captured, 1)} des Umsatzes, daher wird keine Rangfolge angeboten`,
    () => 'nichts ordnet diese Kunden besser als der Zufall, daher wird keine Rangfolge angeboten',
  ],
  'use-model': ({ model }, s) => `zu verwenden: ${s.text(model)}`,
  'use-model-over': [
    ({ model, baseline, lead, low, high }, s) =>
      `zu verwenden: ${s.text(model)}; besser als „${s.text(baseline)}“ um ${s.points(lead)} Punkte, ${interval(low, high, s)}`,
    ({ model, baseline }, s) => `zu verwenden: ${s.text(model)}; besser als „${s.text(baseline)}“`,
  ],
  'use-baseline': [
    ({ baseline, captured }, s) =>
      `kein Modell ordnet diese Kunden besser als der Zufall, wohl aber „${s.text(baseline)}“: Die besten ${s.percent(0.2)} danach brachten ${s.percent(captured, 1)} des Umsatzes; zu verwenden: ${s.text(baseline)}`,
    ({ baseline }, s) =>
      `kein Modell ordnet diese Kunden besser als der Zufall, wohl aber „${s.text(baseline)}“; zu verwenden: ${s.text(baseline)}`,
  ],
  'no-better': [
    ({ baseline, lead, low, high }, s) =>
      `nicht besser als „${s.text(baseline)}“ (${s.points(lead)} Punkte, ${interval(low, high, s)}); zu verwenden: ${s.text(baseline)}`,
    ({ baseline }, s) => `nicht besser als „${s.text(baseline)}“; zu verwenden: ${s.text(baseline)}`,
  ],
  'returned-more': [
    ({ customers }, s) =>
      `${s.plural(customers, { one: '# Kunde sandte', other: '# Kunden sandten' })} im Zeitraum mehr zurück als gekauft; das zählt als 0`,
    () => 'manche Kunden sandten im Zeitraum mehr zurück als gekauft; das zählt als nichts',
  ],
  'no-customers': () => 'keine Kunden, von denen zu lernen wäre',
  'rows-unusable': [
    ({ rows }, s) => `von ${s.plural(rows, { one: '# Zeile', other: '# Zeilen' })} ist keine brauchbar`,
    () => 'keine der Zeilen ist brauchbar',
  ],
  'search-stopped': [
    ({ steps }, s) =>
      `die Suche endete nach ${s.plural(steps, { one: '# Schritt', other: '# Schritten' })} ohne Optimum`,
    () => 'die Suche endete ohne Optimum',
  ],
  'histories-silent': () => 'die Kaufverläufe sagen nichts über manche Parameter; deren Startwerte bleiben',
  'nobody-twice': () => 'noch niemand hat wiederholt gekauft, daher gibt es keine Rate zu lernen',
  'leaving-alike': () =>
    'das Abwandern nach einem Kauf lässt sich von Kunde zu Kunde nicht unterscheiden (a oder b hat kein endliches Optimum); die Parameter stehen an einer Grenze',
  'rates-at-bound': ({ parameters }, s) =>
    `${s.list(parameters)} an einer Grenze: Kunden unterscheiden sich zu wenig, um ihre Raten zu trennen`,
  'leaving-at-bound': ({ parameters }, s) =>
    `${s.list(parameters)} an einer Grenze: Niemand scheint abzuwandern, oder Kunden unterscheiden sich zu wenig`,
  'values-too-wide': [
    () => 'die Bestellwerte streuen so weit, dass es kaum einen Mittelwert gibt (q steht knapp über 1)',
    () => 'die Bestellwerte streuen so weit, dass es kaum einen Mittelwert gibt',
  ],
  'values-too-alike': () =>
    'die Bestellwerte unterscheiden sich zu wenig, innerhalb der Kunden oder zwischen ihnen; Parameter stehen an einer Grenze',
  'columns-steady': () => 'keine Spalte hat sich seit dem vorigen Lauf verschoben',
  'column-moved': [
    ({ column, level, index }, s) =>
      `${column} ${MOVED[level]} seit dem vorigen Lauf (Stabilitätsindex ${s.fixed(index, 2)})`,
    ({ level }) => `manche Spalte ${MOVED[level]} seit dem vorigen Lauf`,
  ],
  'no-run-before': () => 'es gibt keinen früheren Lauf zum Vergleich',
  'run-failed': ({ failure }) => RUN_FAILURES[failure],
  'orders-ahead': [
    ({ orders, newest }, s) =>
      `Bestellungen, die in der Zukunft liegen: ${s.count(orders)}, die späteste vom ${newest}; sie stehen in keiner Zahl, bis ihr Tag kommt`,
    () => 'manche Bestellungen liegen in der Zukunft: Sie stehen in keiner Zahl, bis ihr Tag kommt',
  ],
  'predictions-missed': [
    ({ ratio, runId }, s) =>
      `Kunden brachten das ${s.fixed(ratio, 2)}-Fache dessen, was Lauf ${runId} vorhersagte: Das Modell ist veraltet`,
    () => 'was Kunden brachten, weicht weit von der Vorhersage ab: Das Modell ist veraltet',
  ],
  'bought-with': [
    ({ share, segment, product, productId, lift, customers }, s) =>
      `gekauft von ${s.smallPercent(share)} von ${whom(segment, s)}, die ${product === null ? `Produkt ${productId}` : `„${product}“`} kauften, Lift ${s.fixed(lift, 1)}, n = ${s.count(customers)}`,
    ({ product }) => (product === null ? 'passt zu bereits Gekauftem' : `oft zusammen mit „${product}“ gekauft`),
  ],
  'rebuy-own': [
    ({ intervalDays, daysAgo, purchases }, s) =>
      `kauft es etwa alle ${s.plural(Math.round(intervalDays), { one: '# Tag', other: '# Tage' })}, zuletzt vor ${s.plural(daysAgo, DAYS_DATIVE)}, n = ${s.count(purchases)}-mal`,
    () => 'kauft es immer wieder, und es ist so weit',
  ],
  'rebuy-usual': [
    ({ intervalDays, daysAgo }, s) =>
      `vor ${s.plural(daysAgo, DAYS_DATIVE)} gekauft; Kunden kaufen es nach etwa ${s.plural(Math.round(intervalDays), DAYS_DATIVE)} wieder`,
    () => 'vor einiger Zeit gekauft, und Kunden kaufen es wieder',
  ],
  popular: [
    ({ share, segment, customers }, s) =>
      `gekauft von ${s.smallPercent(share)} von ${whom(segment, s)}, die in den letzten 90 Tagen bestellten, n = ${s.count(customers)}`,
    ({ segment }, s) => `zuletzt beliebt bei ${whom(segment, s)}`,
  ],
  'shopper-goes-with': ({ product }) =>
    product === null ? 'Passt zu Ihrem Einkauf' : `Oft zusammen gekauft mit „${product}“`,
  'shopper-again': () => 'Zeit für Nachschub',
  'shopper-popular': () => 'Gerade beliebt',
  'lists-few': [
    ({ lists, needed }, s) =>
      `noch nicht geprüft: Im Prüfzeitraum ${lists === 1 ? 'kaufte' : 'kauften'} nur ${s.plural(lists, CUSTOMERS)} wieder, nötig sind ${s.count(needed)}`,
    () => 'noch nicht geprüft: Im Prüfzeitraum kauften zu wenige Kunden wieder',
  ],
  'beats-popularity': [(v, s) => `besser als Beliebtheit: ${figures(v, s)}`, () => 'besser als Beliebtheit'],
  'like-popularity': [
    (v, s) => `nicht nachweislich besser als Beliebtheit: ${figures(v, s)}`,
    () => 'nicht nachweislich besser als Beliebtheit',
  ],
};
