import { causeOf } from './db/failures.js';
import { ApiError, apiError, codeOf, isDatabaseAway } from './errors.js';
import { log } from './log.js';

/** What PostgreSQL says of a value that it cannot hold: text with a zero byte, a day that no calendar has, 1e999. */
const BAD_VALUE = /^22(003|007|008|009|021|P02|P05)$/;

/** What the log may know of a failure: where it happened, never the values of a query or a row. */
export function describeFailure(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  // PostgreSQL quotes the value that it refuses.
  const message = error.name === 'PostgresError' ? undefined : error.message;
  return { type: error.name, code: codeOf(error), message, stack: frames?.join('\n') };
}

/** What a caller may know of a failure: our own errors as they are, an absent database as such, nothing of the rest. */
export function callerError(error: unknown): ApiError {
  const cause = causeOf(error);
  if (cause instanceof ApiError) return cause;
  if (BAD_VALUE.test(codeOf(cause))) {
    return apiError('BAD_USER_INPUT', 'a value of this query cannot be used: it is out of range or not plain text');
  }
  if (isDatabaseAway(cause)) {
    log.warn({ code: codeOf(cause) }, 'database unavailable');
    return apiError('SERVICE_UNAVAILABLE', 'the database does not answer just now: try again in a few seconds');
  }
  log.error(describeFailure(cause), 'a resolver failed');
  return apiError('INTERNAL_SERVER_ERROR', 'something went wrong on our side; the log says what');
}
