import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { maskError } from './mask-error.js';

/** What the limits on a document say: they throw syntax errors without a code. */
const LIMIT = /^Syntax Error: (\w+ limit of \d+ exceeded.*)$/;
/** What graphql-js says when it gives up comparing fields of one name with each other. */
const GIVEN_UP = 'Validation aborted.';
const BAD_VARIABLE = /^(Variable "\$\w+") got invalid value/;
/** Why a variable does not fit, in words that hold names of the schema only. */
const REASONS: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/; Field "(\w{1,64})" is not defined by type/, (name) => `it has no field ${name}`],
  [/; Value .* does not exist in "(\w+)" enum/s, (name) => `it is none of the values of ${name}`],
  [/Expected (?:non-nullable )?type "?([\w![\]]+)"?/, (name) => `it needs to be of type ${name}`],
  [/; (\w+) cannot represent/, (name) => `it needs to be of type ${name}`],
];

/** graphql-js repeats the value, which may be a secret or 100 kB, and suggests names of the schema. */
function messageOf(error: GraphQLError): string {
  const [, variable] = BAD_VARIABLE.exec(error.message) ?? [];
  if (variable === undefined) return error.message.replace(/ Did you mean [^?]*\?/g, '');
  const own = error.originalError instanceof GraphQLError && error.originalError.extensions.code !== undefined;
  if (own) return `${variable} cannot be used: ${error.originalError?.message}`;
  for (const [pattern, say] of REASONS) {
    const [, name] = pattern.exec(error.message) ?? [];
    if (name !== undefined) return `${variable} cannot be used: ${say(name)}`;
  }
  return `${variable} cannot be used: it is not of its type`;
}

/**
 * An error as the caller sees it: with a code of the documented list, without an echo of what was sent, and without a
 * say in the HTTP status when other fields have their answer.
 */
export function presentError(error: GraphQLError, isPartial: boolean): GraphQLError {
  // The query compiler makes errors without extensions.
  const { code: given, originalError: echo, http, ...extensions } = error.extensions ?? {};
  const limit =
    error.message === GIVEN_UP ? 'the same field stands too often in this query' : LIMIT.exec(error.message)?.[1];
  // Whatever has no code of its own was refused before a resolver ran: the request is at fault.
  const code = limit === undefined ? (given ?? 'BAD_USER_INPUT') : 'QUERY_TOO_COMPLEX';
  const isRefused = code === 'QUERY_TOO_COMPLEX' || given === undefined || echo !== undefined;
  const status = isRefused ? { http: { status: 400 } } : http === undefined ? {} : { http };
  return new GraphQLError(limit ?? messageOf(error), {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    path: error.path,
    extensions: { ...extensions, code, ...(isPartial ? {} : status) },
  });
}

/** Passes every error of every answer through `presentError`. */
export const useClientErrors = (): Plugin => ({
  onResultProcess({ result }) {
    const answer = result as { data?: unknown; errors?: readonly GraphQLError[] };
    if (answer.errors !== undefined) {
      answer.errors = answer.errors.map((error) => presentError(error, answer.data != null));
    }
  },
  // Each event of a stream is an answer of its own, and nobody has masked its errors yet.
  onSubscribe: () => ({
    onSubscribeResult: () => ({
      onNext({ result, setResult }) {
        const { errors, data } = result as ExecutionResult;
        if (errors === undefined) return;
        const shown = errors.map((error) => presentError(maskError(error), data != null));
        setResult({ ...result, errors: shown } as ExecutionResult);
      },
    }),
  }),
});
