import { runTests } from './vitest.mjs';

runTests(process.argv.slice(2));
