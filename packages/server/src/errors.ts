/** Every code that a caller can be answered, with its HTTP status; documented in docs/api.md. */
export const ERROR_STATUS = {
  BAD_USER_INPUT: 400,
  QUERY_TOO_COMPLEX: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  SECRET_KEY_IN_BROWSER: 403,
  ORIGIN_NOT_ALLOWED: 403,
  PERSISTED_ONLY: 403,
  PERSISTED_NOT_FOUND: 404,
  RATE_LIMITED: 429,
  BREADTH_LIMITED: 429,
  NOT_SCORED_YET: 409,
  SERVICE_UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
  // Of a request that is no query, or no query of this schema.
  BAD_REQUEST: 400,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  OPERATION_RESOLUTION_FAILURE: 400,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_ENTITY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** Headers of every answer that says the database is away. */
export const RETRY_LATER = { 'retry-after': '5' } as const;

const LONGEST_SHOWN = 60;

/**
 * A failure that whoever asked can act on: shown as it is, with its code, by GraphQL, HTTP and the command line alike, each in
 * its own words. Anything else is logged and masked.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  /**
   * @param headers of an answer that is refused whole
   * @param details what a program needs to act on it, beside the code
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = code === 'SERVICE_UNAVAILABLE' ? RETRY_LATER : {},
    readonly details: Readonly<Record<string, string | number>> = {},
  ) {
    super(message);
  }
}

export const apiError = (...args: ConstructorParameters<typeof ApiError>): ApiError => new ApiError(...args);

/** What a caller sent, short enough to stand in a message. */
export const shorten = (text: string) => (text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);

/** A failure that the person at the command line can act on: one line, no stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';

  /** @param exitCode 1 for a failure, 2 for wrong usage */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Another run is at work. */
export class RunBusy extends UserError {}

/**
 * The system's error code (`ENOENT`, `28P01` ...) of an unknown failure, '' where it has none. A library's wrapper has
 * none of its own and hides it in its cause; our own errors speak for themselves.
 */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error) return String(error.code);
  return 'cause' in error && !(error instanceof UserError) ? codeOf(error.cause) : '';
}

const DATABASE_AWAY =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN|CONNECTION_|CONNECT_TIMEOUT|DATABASE_SILENT|57P0|53|08|55000|3D000|28)/;

/** Whether a failure is the database's being away, restarting, closed to us, full or silent: the same may be tried again. */
export const isDatabaseAway = (error: unknown) =>
  DATABASE_AWAY.test(codeOf(error)) ||
  // A socket that is gone, not a file.
  (codeOf(error) === 'ENOENT' && (error as NodeJS.ErrnoException).syscall === 'connect');
