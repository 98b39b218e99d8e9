import { build, install, root, run, tool } from './workspace.mjs';

install();
// Types are checked of what the builds write, too: the documents of a page, the samples of the gallery.
build();
// Format and lint, warnings included; then types; then the tests.
run(tool('biome'), ['check', '--error-on-warnings', '.']);
run(tool('tsc'), ['-p', root]);
run(process.execPath, ['scripts/test.mjs'], { stdio: 'inherit' });
