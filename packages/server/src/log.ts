import pino from 'pino';

const asked = process.env.LOG_LEVEL ?? '';
const isLevel = asked === 'silent' || asked in pino.levels.values;

/** JSON lines on standard error. Only what is named at the call is written: no bodies, no headers, no rows. */
export const log = pino(
  { level: isLevel ? asked : 'warn', base: null, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination(2),
);
