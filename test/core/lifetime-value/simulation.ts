import type { Random } from '@tessera/core/numerics/random.js';

/** A standard normal draw (Box and Muller, 1958). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A gamma draw of the given shape, rate 1 (Marsaglia and Tsang, 2000; shapes below 1 by their boost). */
export function gamma(shape: number, random: Random): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

export function beta(a: number, b: number, random: Random): number {
  const left = gamma(a, random);
  return left / (left + gamma(b, random));
}

export function exponential(random: Random): number {
  return -Math.log(1 - random());
}

/** A Poisson draw by counting exponential gaps: for small means. */
export function poisson(mean: number, random: Random): number {
  let count = 0;
  for (let time = exponential(random); time < mean; time += exponential(random)) count++;
  return count;
}

export interface SimulatedCustomer {
  readonly x: number;
  readonly tx: number;
  readonly T: number;
  readonly z: number;
  readonly customer: number;
}

/** Customers of a BG/NBD and Gamma-Gamma shop; times rounded to 0.01 so that patterns repeat. */
export function simulateBgNbd(
  customers: number,
  { r, alpha, a, b }: { r: number; alpha: number; a: number; b: number },
  { p, q, v }: { p: number; q: number; v: number },
  longest: number,
  random: Random,
): SimulatedCustomer[] {
  return Array.from({ length: customers }, (_, customer) => {
    const T = Math.round((0.2 + 0.8 * random()) * longest * 100) / 100;
    const rate = gamma(r, random) / alpha;
    const leave = beta(a, b, random);
    let x = 0;
    let tx = 0;
    for (let time = exponential(random) / rate; time < T; time += exponential(random) / rate) {
      x++;
      tx = time;
      if (random() < leave) break;
    }
    const nu = gamma(q, random) / v;
    const z = x === 0 ? 0 : gamma(p * x, random) / (nu * x);
    return { customer, x, tx: Math.min(Math.round(tx * 100) / 100, T), T, z };
  });
}

/** Customers of a Pareto/NBD shop. */
export function simulateParetoNbd(
  customers: number,
  { r, alpha, s, beta: scale }: { r: number; alpha: number; s: number; beta: number },
  longest: number,
  random: Random,
): SimulatedCustomer[] {
  return Array.from({ length: customers }, (_, customer) => {
    const T = (0.2 + 0.8 * random()) * longest;
    const rate = gamma(r, random) / alpha;
    const end = Math.min(T, (exponential(random) * scale) / gamma(s, random));
    let x = 0;
    let tx = 0;
    for (let time = exponential(random) / rate; time < end; time += exponential(random) / rate) {
      x++;
      tx = time;
    }
    return { customer, x, tx, T, z: 0 };
  });
}
