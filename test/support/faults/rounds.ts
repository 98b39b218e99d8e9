/** What a long test takes from its environment; a wrong word is an error, so that nothing passes without a round. */
export interface Rounds {
  /** Above 0: 0.1 makes a run a tenth as long; 1 where nothing is said. */
  readonly share: number;
  /** Repeats a run; by the clock where nothing is said. */
  readonly seed: number;
  /** So many of a whole run's rounds, at least one. */
  of(whole: number): number;
}

type Environment = Readonly<Record<string, string | undefined>>;

function read(environment: Environment, name: string, form: RegExp, wanted: string): number | undefined {
  const text = environment[name];
  if (text === undefined) return undefined;
  if (!form.test(text)) throw new Error(`${name} is ${wanted}, not "${text}"`);
  return Number(text);
}

/** Reads TESSERA_TEST_SHARE and TESSERA_TEST_SEED. */
export function readRounds(environment: Environment = process.env): Rounds {
  const share = read(environment, 'TESSERA_TEST_SHARE', /^(?!0*\.?0*$)\d{1,3}(\.\d{1,6})?$/, 'a number above 0') ?? 1;
  const seed = read(environment, 'TESSERA_TEST_SEED', /^\d{1,9}$/, 'a whole number') ?? Date.now() % 1_000_000;
  return { share, seed, of: (whole) => Math.ceil(whole * share) };
}
