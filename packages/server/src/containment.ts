import { describeFailure } from './caller-errors.js';
import { log } from './log.js';

/**
 * The last resort of a serving process: a failure that nobody caught is logged, and the other requests go on. Each line that it
 * writes is a defect to mend where the failure began; the tests of faults fail on one.
 * @returns what ends it
 */
export function containFailures(): () => void {
  const onException = (error: unknown) => log.error(describeFailure(error), 'an exception that nobody caught');
  const onRejection = (error: unknown) => log.error(describeFailure(error), 'a rejected promise that nobody caught');
  process.on('uncaughtException', onException);
  process.on('unhandledRejection', onRejection);
  return () => {
    process.off('uncaughtException', onException);
    process.off('unhandledRejection', onRejection);
  };
}
