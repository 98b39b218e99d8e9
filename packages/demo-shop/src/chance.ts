import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Draws from the distributions the demo shop is made of. The same seed and stream give the same draws; streams of one
 * seed lie 2^64 draws apart, so that, say, more noise in the files leaves the shop's customers as they were.
 */
export class Chance {
  readonly #generator;

  constructor(seed: number, stream: number) {
    this.#generator = xoroshiro128plus(seed);
    // Neighbouring seeds start with similar bits; the first jump mixes them.
    for (let jumps = 0; jumps <= stream; jumps++) this.#generator.jump();
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return uniformFloat64(this.#generator);
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /** A whole number from 0 to count - 1. */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }

  happens(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.unit());
  }

  /** Standard normal, by Box and Muller (1958); the second value of each pair is dropped to keep the draws stateless. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }

  /** Gamma with scale 1, by Marsaglia and Tsang (2000); shapes below 1 by the boost of their section 6. */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.unit()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - this.unit()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  beta(a: number, b: number): number {
    const x = this.gamma(a);
    return x / (x + this.gamma(b));
  }
}

/** Picks members of a list in proportion to their weights. */
export class WeightedChoice<T> {
  readonly #members: readonly T[];
  readonly #cumulative: number[] = [];

  constructor(members: readonly T[], weightOf: (member: T) => number) {
    this.#members = members;
    let total = 0;
    for (const member of members) {
      total += weightOf(member);
      this.#cumulative.push(total);
    }
  }

  draw(chance: Chance): T {
    const target = chance.unit() * this.#cumulative[this.#cumulative.length - 1];
    let index = 0;
    while (index < this.#members.length - 1 && this.#cumulative[index] <= target) index++;
    return this.#members[index];
  }
}
