/**
 * A list of an answer, null where it is empty.
 * @param key what every item must have: an item of another shape is an error now, not when it is drawn
 */
export function listOf<T>(items: T[], key: (item: T) => string): T[] | null {
  return items.map(key).length ? items : null;
}
