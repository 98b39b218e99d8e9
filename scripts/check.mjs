import { install, root, run, tool } from './workspace.mjs';

install();
// Format and lint, warnings included; then types; then the tests.
run(tool('biome'), ['check', '--error-on-warnings', '.']);
run(tool('tsc'), ['-p', root]);
run(process.execPath, ['scripts/test.mjs'], { stdio: 'inherit' });
