import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Uniform numbers in [0, 1). */
export type Random = () => number;

/**
 * A seeded source of uniform numbers in [0, 1) with 53 random bits each; the same seed gives the same sequence on
 * every machine. Generator: xoroshiro128+ (Blackman and Vigna, 2018), from pure-rand.
 * @param seed any integer; only its low 32 bits count
 */
export function seededRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed | 0);
  return () => uniformFloat64(generator);
}
