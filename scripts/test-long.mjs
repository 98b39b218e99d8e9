import { runTests } from './vitest.mjs';

// npm run test:long -- [FILES]: what takes too long for every change, in test/**/*.long.ts.
runTests(['--config', 'vitest.long.config.ts', ...process.argv.slice(2)]);
