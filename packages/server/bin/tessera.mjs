#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// A small committed file, so that the command is linked at install time, before anything is built.
const built = new URL('../dist/main.js', import.meta.url);
if (!existsSync(fileURLToPath(built))) {
  console.error('tessera is not built yet: run "npm run setup" in the project folder first');
  process.exit(1);
}
await import(built.href);
