import { GraphQLError } from 'graphql';

/** Every `extensions.code` that the API can answer, with its HTTP status; documented in docs/api.md. */
export const ERROR_STATUS = {
  BAD_USER_INPUT: 400,
  QUERY_TOO_COMPLEX: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  SECRET_KEY_IN_BROWSER: 403,
  NOT_SCORED_YET: 409,
  SERVICE_UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/**
 * An error that the API's caller can act on: shown as it is, with its code. Anything else is logged and masked.
 * Only what refuses the whole request sets the HTTP status; an error of one field leaves the other fields' answer alone.
 */
export function apiError(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status: ERROR_STATUS[code] } } });
}

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

/** The system's error code (`ENOENT`, `28P01` ...) of an unknown failure, '' where it has none. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
