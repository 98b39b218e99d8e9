import { defineConfig } from 'vitest/config';
import config from './vitest.config.js';

// One file at a time: what these measure must not wait for one another.
export default defineConfig({
  ...config,
  test: { ...config.test, include: ['test/**/*.long.ts'], maxWorkers: 1, testTimeout: 3_600_000, hookTimeout: 300_000 },
});
