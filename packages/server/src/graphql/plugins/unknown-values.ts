import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { UnknownValue } from '../../filters/unknown-values.js';

/** Tells in `extensions.unknownValues` which values of filters nobody has, each once. */
export const useUnknownValues = (): Plugin => ({
  onExecute: ({ args }) => ({
    onExecuteDone({ result, setResult }) {
      const { unknownValues = [] } = args.contextValue as { unknownValues?: readonly UnknownValue[] };
      if (unknownValues.length === 0 || Symbol.asyncIterator in result) return;
      const once = [...new Map(unknownValues.map((value) => [JSON.stringify(value), value])).values()];
      const answer = result as ExecutionResult;
      setResult({ ...answer, extensions: { ...answer.extensions, unknownValues: once } });
    },
  }),
});
