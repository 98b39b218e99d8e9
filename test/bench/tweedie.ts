// Times our Tweedie regression against scikit-learn's on the same simulated spend, one after the other.
// usage: node scripts/bench.mjs tweedie [ROWS=500000] [COLUMNS=40]; needs /usr/bin/python3 with numpy and scikit-learn.
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { devianceExplained, fitTweedie, predictTweedie } from '@tessera/core/lifetime-value/tweedie/tweedie.js';

const rows = Number(process.argv[2] ?? 500_000);
const columns = Number(process.argv[3] ?? 40);
const peer = process.argv[4] ?? path.resolve(process.cwd(), '../shared/bench/tweedie_reference.py');
const folder = mkdtempSync(path.join(tmpdir(), 'tweedie-'));
const file = path.join(folder, 'spend.csv');
process.stdout.write(
  execFileSync('/usr/bin/python3', [peer, String(rows), String(columns), file], { encoding: 'utf8' }),
);

const values = new Float64Array(rows * columns);
const target = new Float64Array(rows);
let row = 0;
for await (const line of createInterface({ input: createReadStream(file, 'latin1') })) {
  const cells = line.split(',');
  for (let column = 0; column < columns; column++) values[row * columns + column] = Number(cells[column]);
  target[row++] = Number(cells[columns]);
}
rmSync(folder, { recursive: true });

const matrix = { rows, columns, values };
const begin = performance.now();
const fit = fitTweedie(matrix, target, { power: 1.5, ridge: 0.01 });
const seconds = (performance.now() - begin) / 1000;
const explained = devianceExplained(target, predictTweedie(fit, matrix), 1.5);
console.log(
  `ours, Tweedie ${rows} x ${columns}: ${seconds.toFixed(2)} s, ${fit.iterations} iterations, ` +
    `intercept ${fit.intercept.toFixed(6)}, D2 ${explained.toFixed(6)}, gradient ${fit.gradientMax.toExponential(1)}`,
);
console.log(`ours, peak memory: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
