import type { RowProblemKind, WayToFix } from '../reasons.js';
import type { Sentences } from '../speaker.js';

const WAYS: Readonly<Record<WayToFix, string>> = {
  'as-said': 'wie in der Begründung gesagt',
  'name-status':
    'das Wort unter "statuses" in einer Zuordnungsdatei nennen, dann: tessera import --retry-quarantined --map DATEI',
  'fill-cell':
    'die Zelle an der Quelle füllen oder ihre Spalte unter "columns" in einer Zuordnungsdatei nennen und erneut importieren',
  'write-date': 'an der Quelle als 2026-01-31 14:05:00 UTC schreiben und erneut importieren',
  'correct-number':
    'die Zahl an der Quelle berichtigen oder "decimal" in einer Zuordnungsdatei angeben und erneut importieren',
  'quote-cells': 'Zellen mit Trennzeichen oder Zeilenumbruch in Anführungszeichen setzen und erneut importieren',
  'name-rate':
    'den Kurs unter "rates" in einer Zuordnungsdatei nennen, dann: tessera import --retry-quarantined --map DATEI',
  'correct-row': 'die Zeile an der Quelle berichtigen und erneut importieren',
};

export const imports: Sentences<RowProblemKind> = {
  missing: () => 'fehlt',
  'missing-in-order': () => 'fehlt hier und in jeder anderen Zeile der Bestellung',
  'order-not-here': () => 'nennt eine Bestellung, die noch nicht da ist: zuerst die Bestellung importieren',
  'missing-amount-of-row': () => 'fehlt: Jede Zeile braucht den Betrag oder den Stückpreis',
  'missing-amount-of-line': () => 'fehlt: Jede Position braucht den Betrag oder den Stückpreis',
  'id-too-long': [
    ({ most }, s) => `ist länger als die ${s.count(most)} Zeichen einer Kennung`,
    () => 'ist zu lang für die Kennung',
  ],
  'text-too-long': [({ most }, s) => `ist länger als ${s.count(most)} Zeichen`, () => 'ist zu lang'],
  'record-too-long': [({ most }, s) => `ist länger als ${s.count(most)} Zeichen`, () => 'ist zu lang'],
  'holds-nul': () => 'enthält das NUL-Zeichen',
  'half-sign': () => 'enthält die Hälfte eines Surrogatpaars, die kein Zeichen ist',
  'nul-or-half-sign': () => 'enthält das NUL-Zeichen oder die Hälfte eines Surrogatpaars',
  'nests-too-deep': () => 'enthält einen zu tief verschachtelten Wert',
  'wrong-encoding': () => 'enthält Bytes, die nicht zur Kodierung der Datei gehören',
  'rounded-id': () => 'wurde von der Tabellenkalkulation gerundet: die Spalte als Text exportieren',
  'too-large': () => 'ist zu groß',
  'not-whole': () => 'ist keine ganze Zahl',
  'not-an-age': [
    ({ least, most }, s) => `ist kein Alter von ${s.count(least)} bis ${s.count(most)}`,
    () => 'ist kein Alter',
  ],
  'not-on-sale': () => 'sagt nicht, ob das Produkt verkauft wird: true oder false schreiben',
  'not-yes-or-no': () => 'ist weder Ja noch Nein: true oder false schreiben',
  'not-a-number': () => 'ist keine Zahl',
  'larger-than-amounts': () => 'ist größer als jeder Betrag',
  'decimal-or-thousands': () =>
    'kann Tausender oder Dezimalstellen haben: "decimal: \',\'" oder "decimal: \'.\'" in einer Zuordnungsdatei angeben',
  'short-year': () =>
    'hat eine abgekürzte Jahreszahl: "dates: dmy", "dates: mdy" oder ein Muster wie "dates: dd.MM.yy" in einer Zuordnungsdatei angeben',
  'day-or-month': () =>
    'kann mit dem Tag oder dem Monat beginnen: "dates: dmy" oder "dates: mdy" in einer Zuordnungsdatei angeben',
  'no-such-day': () => 'ist ein Tag, den es nicht gibt',
  'no-such-time': () => 'ist eine Uhrzeit, die es nicht gibt',
  'no-such-zone': () => 'liegt in einer Zeitzone, die es nicht gibt',
  'outside-years': [
    ({ first, last }) => `liegt außerhalb der Jahre ${first} bis ${last}`,
    () => 'liegt außerhalb der zulässigen Jahre',
  ],
  'spreadsheet-day': () =>
    'ist die Tagesnummer einer Tabellenkalkulation: die Spalte als Datum formatieren und erneut exportieren',
  'not-a-date': [
    () => 'ist kein Datum wie 2026-01-31 oder 2026-01-31 14:05:00 UTC',
    () => 'ist kein Datum mit Jahr, Monat und Tag',
  ],
  'unknown-status': () => 'ist als Statuswort nicht bekannt',
  'not-a-currency': () => 'ist kein Währungscode wie USD',
  'no-rate': [
    ({ currency, into }) =>
      `ist eine Währung ohne Kurs zu ${into}: einen in einer Zuordnungsdatei angeben: "rates: { ${currency}: 1.0 }"`,
    ({ into }) => `hat keinen Kurs zu ${into}: den Kurs in der Zuordnungsdatei angeben`,
  ],
  'not-an-object': () => 'ist kein Objekt',
  'not-json': () => 'ist kein JSON',
  'cell-count': [
    ({ cells, header }, s) =>
      `hat ${s.plural(cells, { one: '# Zelle', other: '# Zellen' })}, ${cells < header ? 'weniger' : 'mehr'} als die ${s.count(header)} der Kopfzeile`,
    ({ cells, header }) => `hat ${cells < header ? 'weniger' : 'mehr'} Zellen als die Kopfzeile`,
  ],
  'open-quote': () => 'enthält ein Anführungszeichen, das nie geschlossen wird',
  'not-five-numbers': [
    () => 'besteht nicht aus fünf durch Leerzeichen getrennten Zahlen',
    () => 'besteht nicht aus Zahlen, die durch Leerzeichen getrennt sind',
  ],
  'not-a-user-row': () => 'beginnt nicht mit { wie die Zeile eines Kunden',
  'cut-off-user-row': () => 'ist abgeschnitten: Die schließende } fehlt',
  'not-a-pair': ({ text }) => `enthält „${text}“, was nicht /Schlüssel/Wert ist`,
  'not-of-topic': ({ topic }) => `ist nicht das, was ${topic} enthält`,
  'way-to-fix': [
    ({ way }) => WAYS[way],
    ({ way }) => (way === 'write-date' ? 'an der Quelle mit Jahr, Monat, Tag und Uhrzeit schreiben' : WAYS[way]),
  ],
};
