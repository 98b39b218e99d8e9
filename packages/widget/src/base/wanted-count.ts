/** A whole number from 1 to 20, whatever a page wrote into `count`. */
export function wantedCount(count: number | string | null | undefined, usual: number): number {
  return Math.min(20, Math.max(1, Math.trunc(Number(count)) || usual));
}
