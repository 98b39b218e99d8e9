/** The languages whose names of months and days are read: those of the words, and those that shops around us write. */
const LANGUAGES = ['en', 'de', 'es', 'ja', 'ar', 'fr', 'it', 'pt', 'nl', 'sv', 'da', 'nb', 'ar-SY', 'ar-MA'];

/** A name as it is compared: lower case, without points and accents. */
export const plainWord = (word: string) =>
  word
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\p{M}.]/gu, '')
    .replace(/[أإآ]/g, 'ا');

/** Names of a part of a date in all languages; a name that means two things in two of them is left out. */
function namesOf(
  count: number,
  format: (index: number, language: string, width: 'long' | 'short') => readonly string[],
) {
  const names = new Map<string, number>();
  const ambiguous = new Set<string>();
  for (let index = 0; index < count; index++) {
    for (const language of LANGUAGES) {
      for (const width of ['long', 'short'] as const) {
        for (const name of format(index, language, width).map(plainWord)) {
          // Japanese months are digits with a sign behind them.
          if (/\d|^$/.test(name)) continue;
          if (names.has(name) && names.get(name) !== index + 1) ambiguous.add(name);
          names.set(name, index + 1);
        }
      }
    }
  }
  for (const name of ambiguous) names.delete(name);
  return names;
}

const part = (date: Date, language: string, options: Intl.DateTimeFormatOptions, type: 'month' | 'weekday') => [
  new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' }).formatToParts(date).find((p) => p.type === type)
    ?.value ?? '',
];

/** By name 1 to 12. Within a date and alone a month has another form in some languages. */
export const MONTHS: ReadonlyMap<string, number> = new Map([
  ...namesOf(12, (month, language, width) => {
    const day = new Date(Date.UTC(2024, month, 3));
    return [
      ...part(day, language, { month: width }, 'month'),
      ...part(day, language, { month: width, day: 'numeric', year: 'numeric' }, 'month'),
    ];
  }),
  ...Object.entries({ sept: 9, jänner: 1, janner: 1, feber: 2, mrz: 3, mär: 3, maerz: 3, okt: 10, dez: 12, set: 9 }),
]);

export const WEEKDAYS: ReadonlySet<string> = new Set([
  ...namesOf(7, (day, language, width) =>
    part(new Date(Date.UTC(2024, 0, 1 + day)), language, { weekday: width }, 'weekday'),
  ).keys(),
  // Two letters, and names that are left out above as they are days of several languages.
  ...'mo di mi do fr sa so lu ma me je ve sa lun mar mer mie mié jue vie sab sáb dom gio ven mon tue tues wed thu thur thurs fri sat sun'
    .split(' ')
    .map(plainWord),
]);

/** Words that stand between the parts of a date. */
export const FILLERS: ReadonlySet<string> = new Set(
  'de del do of the le la el den der dem am um at on à a alle ore kl uhr dia'.split(' ').map(plainWord),
);
