import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build, install, root, tool } from './workspace.mjs';

/**
 * Runs vitest to its end and this process with it; the last line says how many tests passed and how many failed.
 * @param args what vitest takes beside the reporters: files, filters, another `--config`
 */
export function runTests(args) {
  install();
  build();
  // The report file is what the closing line counts; the other reporter is for people.
  const report = path.join(root, 'node_modules', `.tessera-tests-${process.pid}.json`);
  const { status } = spawnSync(
    tool('vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
    { cwd: root, stdio: 'inherit' },
  );
  let passed = 0;
  let failed = 1;
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites, numTotalTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    passed = numPassedTests;
    failed = numFailedTests;
    // A file that cannot even be loaded fails without a failing test in it; a run without tests proves nothing.
    if ((status !== 0 && failed === 0) || numTotalTests === 0) failed = Math.max(1, numFailedTestSuites);
  } catch {
    process.stderr.write('the tests did not come to their end\n');
  } finally {
    rmSync(report, { force: true });
  }
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  process.exit(failed > 0 || status !== 0 ? 1 : 0);
}
