import type { RowProblemKind, WayToFix } from '../reasons.js';
import type { Sentences } from '../speaker.js';

const WAYS: Readonly<Record<WayToFix, string>> = {
  'as-said': 'como dice el motivo',
  'name-status':
    'nombrar la palabra en "statuses" de un archivo de correspondencias y después: tessera import --retry-quarantined --map ARCHIVO',
  'fill-cell':
    'rellenar la celda en el origen, o nombrar su columna en "columns" de un archivo de correspondencias, e importar de nuevo',
  'write-date': 'escribirlo como 2026-01-31 14:05:00 UTC en el origen e importar de nuevo',
  'correct-number':
    'corregir el número en el origen, o indicar "decimal" en un archivo de correspondencias, e importar de nuevo',
  'quote-cells': 'entrecomillar las celdas que contienen el separador o un salto de línea e importar de nuevo',
  'name-rate':
    'nombrar su cambio en "rates" de un archivo de correspondencias y después: tessera import --retry-quarantined --map ARCHIVO',
  'correct-row': 'corregir la fila en el origen e importarla de nuevo',
};

export const imports: Sentences<RowProblemKind> = {
  missing: () => 'falta',
  'missing-in-order': () => 'falta aquí y en todas las demás filas del pedido',
  'order-not-here': () => 'nombra un pedido que aún no está aquí: importe antes el pedido',
  'missing-amount-of-row': () => 'falta: cada fila necesita el importe o el precio por unidad',
  'missing-amount-of-line': () => 'falta: cada línea necesita el importe o el precio por unidad',
  'id-too-long': [
    ({ most }, s) => `supera los ${s.count(most)} caracteres de un identificador`,
    () => 'es muy largo para el identificador',
  ],
  'text-too-long': [({ most }, s) => `supera los ${s.count(most)} caracteres`, () => 'es muy largo'],
  'record-too-long': [({ most }, s) => `supera los ${s.count(most)} caracteres`, () => 'es muy largo'],
  'holds-nul': () => 'contiene el carácter NUL',
  'half-sign': () => 'contiene la mitad de un par sustituto, que no es un carácter',
  'nul-or-half-sign': () => 'contiene el carácter NUL o la mitad de un par sustituto',
  'nests-too-deep': () => 'contiene un valor anidado a demasiada profundidad',
  'wrong-encoding': () => 'contiene bytes que no son de la codificación del archivo',
  'rounded-id': () => 'fue redondeado por la hoja de cálculo: exporta la columna como texto',
  'too-large': () => 'es demasiado grande',
  'not-whole': () => 'no es un número entero',
  'not-an-age': [
    ({ least, most }, s) => `no es una edad de ${s.count(least)} a ${s.count(most)}`,
    () => 'no es una edad',
  ],
  'not-on-sale': () => 'no dice si el producto se vende: escribe true o false',
  'not-yes-or-no': () => 'no es ni sí ni no: escribe true o false',
  'not-a-number': () => 'no es un número',
  'larger-than-amounts': () => 'es mayor que cualquier importe',
  'decimal-or-thousands': () =>
    'puede tener miles o decimales: indica "decimal: \',\'" o "decimal: \'.\'" en un archivo de correspondencias',
  'short-year': () =>
    'tiene un año abreviado: indica "dates: dmy", "dates: mdy" o un patrón como "dates: dd.MM.yy" en un archivo de correspondencias',
  'day-or-month': () =>
    'puede empezar por el día o por el mes: indica "dates: dmy" o "dates: mdy" en un archivo de correspondencias',
  'no-such-day': () => 'es un día que no existe',
  'no-such-time': () => 'es una hora que no existe',
  'no-such-zone': () => 'está en una zona horaria que no existe',
  'outside-years': [
    ({ first, last }) => `queda fuera de los años ${first} a ${last}`,
    () => 'queda fuera de los años admitidos',
  ],
  'spreadsheet-day': () =>
    'es el número de día de una hoja de cálculo: da formato de fecha a la columna y exporta de nuevo',
  'not-a-date': [
    () => 'no es una fecha como 2026-01-31 o 2026-01-31 14:05:00 UTC',
    () => 'no es una fecha con año, mes y día',
  ],
  'unknown-status': () => 'es una palabra de estado desconocida',
  'not-a-currency': () => 'no es un código de moneda como USD',
  'no-rate': [
    ({ currency, into }) =>
      `es una moneda sin cambio a ${into}: indícalo en un archivo de correspondencias: "rates: { ${currency}: 1.0 }"`,
    ({ into }) => `es una moneda sin cambio a ${into}: indícalo en un archivo de correspondencias`,
  ],
  'not-an-object': () => 'no es un objeto',
  'not-json': () => 'no es JSON',
  'cell-count': [
    ({ cells, header }, s) =>
      `tiene ${s.plural(cells, { one: '# celda', many: '# de celdas', other: '# celdas' })}, ${cells < header ? 'menos' : 'más'} que las ${s.count(header)} del encabezado`,
    ({ cells, header }) => `tiene ${cells < header ? 'menos' : 'más'} celdas que el encabezado`,
  ],
  'open-quote': () => 'contiene comillas que no se cierran',
  'not-five-numbers': [
    () => 'no son cinco números separados por espacios',
    () => 'no son números separados por espacios',
  ],
  'not-a-user-row': () => 'no empieza por { como la fila de un usuario',
  'cut-off-user-row': () => 'está cortado: falta la } de cierre',
  'not-a-pair': ({ text }) => `contiene «${text}», que no es /clave/valor`,
  'not-of-topic': ({ topic }) => `no es lo que contiene ${topic}`,
  'way-to-fix': [
    ({ way }) => WAYS[way],
    ({ way }) => (way === 'write-date' ? 'escribirlo con año, mes, día y hora en el origen' : WAYS[way]),
  ],
};
