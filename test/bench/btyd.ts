// Times our BG/NBD and Gamma-Gamma fits against scipy's on the same simulated customers, one after the other.
// usage: node scripts/bench.mjs btyd [CUSTOMERS=1000000]; needs /usr/bin/python3 with numpy and scipy.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fitBgNbd, predictBgNbdPurchases } from '@tessera/core/lifetime-value/purchase-models/bg-nbd.js';
import { fitGammaGamma, predictOrderValues } from '@tessera/core/lifetime-value/purchase-models/gamma-gamma.js';
import { fitParetoNbd } from '@tessera/core/lifetime-value/purchase-models/pareto-nbd.js';

const customers = Number(process.argv[2] ?? 1_000_000);
const peer = process.argv[3] ?? path.resolve(process.cwd(), '../shared/bench/btyd_reference.py');
const folder = mkdtempSync(path.join(tmpdir(), 'btyd-'));
const file = path.join(folder, 'customers.csv');
process.stdout.write(execFileSync('/usr/bin/python3', [peer, String(customers), file], { encoding: 'utf8' }));

const columns = Array.from({ length: 4 }, () => new Float64Array(customers));
let row = -1;
for (const line of readFileSync(file, 'latin1').split('\n')) {
  if (row >= 0 && row < customers) {
    const cells = line.split(',');
    for (let column = 0; column < 4; column++) columns[column]![row] = Number(cells[column]);
  }
  row++;
}
rmSync(folder, { recursive: true });
const [repeatPurchases, recencyAtLastPurchase, observedTime, meanOrderValue] = columns as [
  Float64Array,
  Float64Array,
  Float64Array,
  Float64Array,
];
const histories = { repeatPurchases, recencyAtLastPurchase, observedTime };

function timed<T>(title: string, run: () => T): T {
  const begin = performance.now();
  const result = run();
  console.log(`ours, ${title}: ${((performance.now() - begin) / 1000).toFixed(2)} s`);
  return result;
}

const purchases = timed('BG/NBD', () => fitBgNbd(histories));
console.log(
  `  ${purchases.iterations} steps, ${JSON.stringify(purchases.parameters)}, ${purchases.logLikelihood.toFixed(2)}`,
);
const values = timed('Gamma-Gamma', () => fitGammaGamma({ repeatPurchases, meanOrderValue }));
console.log(`  ${values.iterations} steps, ${JSON.stringify(values.parameters)}, repeat buyers ${values.customers}`);
timed('predictions of 13 weeks and order value', () => {
  predictBgNbdPurchases(purchases.parameters!, histories, 13);
  predictOrderValues(values.parameters!, { repeatPurchases, meanOrderValue });
});
if (process.argv.includes('--pareto')) timed('Pareto/NBD', () => fitParetoNbd(histories));
console.log(`ours, peak memory: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB, the file's text included`);
