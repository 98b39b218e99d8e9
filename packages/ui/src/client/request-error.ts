/** Codes of the server, and two of our own: NETWORK (no answer came) and BAD_ANSWER (an answer of another shape). */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'SERVICE_UNAVAILABLE'
  | 'NETWORK'
  | 'BAD_ANSWER'
  | (string & {});

export class RequestError extends Error {
  constructor(
    readonly code: ErrorCode,
    message?: string,
  ) {
    super(message);
  }

  /** Whether the answer is refused to this reader. */
  get isDenial(): boolean {
    return this.code === 'UNAUTHENTICATED' || this.code === 'FORBIDDEN';
  }
}
