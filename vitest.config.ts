import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const require = createRequire(import.meta.url);

export default defineConfig({
  // Node's own choice of graphql's two builds. Vite would take the other, and errors and types of one are not those of the other.
  resolve: { alias: [{ find: /^graphql$/, replacement: require.resolve('graphql') }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // They end a test that hangs. A machine with other work to do takes many times as long, and is no failure.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    // A test waits for a fact as long as it takes: a loaded machine is no failure.
    expect: { poll: { timeout: 30_000 } },
    // Two cores: more workers only make the real PostgreSQL and the browser slower.
    maxWorkers: 2,
  },
});
