import pino from 'pino';

/** JSON lines on standard error. Only what is named at the call is written: no bodies, no headers, no rows. */
export const log = pino(
  { level: process.env.LOG_LEVEL ?? 'warn', base: null, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination(2),
);
