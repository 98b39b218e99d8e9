import { DrizzleQueryError } from 'drizzle-orm';

/** What failed at the bottom: a wrapper of drizzle's repeats the whole query with its values. */
export function causeOf(error: unknown): unknown {
  return error instanceof DrizzleQueryError && error.cause !== undefined ? causeOf(error.cause) : error;
}
