/** Base of everything core throws on purpose; `code` is stable and fit for programs. */
export abstract class CoreError extends Error {
  abstract readonly code: string;
}

/** The caller passed something the function cannot take: fix the call. */
export class InvalidInputError extends CoreError {
  readonly code = 'INVALID_INPUT';
  override readonly name = 'InvalidInputError';
}

/** The input is well formed but too small to estimate from: wait for more data. */
export class NotEnoughDataError extends CoreError {
  readonly code = 'NOT_ENOUGH_DATA';
  override readonly name = 'NotEnoughDataError';
}
