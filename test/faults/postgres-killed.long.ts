import { it } from 'vitest';
import { jamInRecovery, killBackendsAndRestart, killPostmasters } from './postgres-deaths.js';

const LIMIT_MS = 15 * 60_000;

it('Tessera starts again 50 of 50 times after a killed session', { timeout: LIMIT_MS }, () =>
  killBackendsAndRestart({ rounds: 50, seed: 141 }),
);

it('a killed PostgreSQL is started again by the server 50 of 50 times', { timeout: LIMIT_MS }, () =>
  killPostmasters({ rounds: 50, seed: 142 }),
);

it(
  'a PostgreSQL that jammed in its recovery is started again by the server 10 of 10 times',
  { timeout: LIMIT_MS },
  () => jamInRecovery({ rounds: 10, seed: 143 }),
);
