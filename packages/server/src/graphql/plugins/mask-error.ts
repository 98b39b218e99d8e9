import { GraphQLError } from 'graphql';
import { callerError } from '../../caller-errors.js';
import { type ApiError, ERROR_STATUS } from '../../errors.js';

/**
 * One of our errors in GraphQL's words. Only what refuses the whole request sets the HTTP status; an error of one field
 * leaves the other fields' answer alone.
 * @param at where it happened, as GraphQL noted it
 */
export function toGraphqlError({ code, message, headers, details }: ApiError, at?: GraphQLError): GraphQLError {
  const http = { status: ERROR_STATUS[code], ...(Object.keys(headers).length === 0 ? {} : { headers }) };
  const { nodes, source, positions, path } = at ?? {};
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { ...details, code, http } });
}

/** What a caller may know of a failure. GraphQL's own errors say what is wrong with a query. */
export function maskError(error: unknown): GraphQLError {
  const at = error instanceof GraphQLError ? error : undefined;
  const thrown = at?.originalError ?? error;
  return thrown instanceof GraphQLError ? at! : toGraphqlError(callerError(thrown), at);
}
