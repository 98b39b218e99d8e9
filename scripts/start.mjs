import path from 'node:path';
import { build, install, root } from './workspace.mjs';

install();
build();
// In this very process, so that a signal and the exit status need no passing on.
process.argv = [process.argv[0], 'tessera', 'start', ...process.argv.slice(2)];
await import(path.join(root, 'packages/server/bin/tessera.mjs'));
