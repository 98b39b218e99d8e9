/**
 * What some work comes to, unless it takes too long; the work itself goes on.
 * @throws what `tooLate` makes, after `milliseconds`
 */
export async function within<T>(milliseconds: number, tooLate: () => Error, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooLate()), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
