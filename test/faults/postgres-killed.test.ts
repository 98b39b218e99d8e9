import { it } from 'vitest';
import { jamInRecovery, killBackendsAndRestart, killPostmasters } from './postgres-deaths.js';

it('Tessera starts again each time after a killed session', () => killBackendsAndRestart({ rounds: 2, seed: 41 }));

it('a killed PostgreSQL is started again by the server, which says so and stays', () =>
  killPostmasters({ rounds: 3, seed: 42 }));

it('a PostgreSQL that jammed in its recovery is ended and started again by the server', () =>
  jamInRecovery({ rounds: 1, seed: 43 }));
