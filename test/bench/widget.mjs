// Main-thread time of 200 badges beside 200 bare Lit elements with the same text, in one run of one browser:
//   node test/bench/widget.mjs
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const ROUNDS = 15;
const COUNT = 200;
const TITLES = ['VIP', 'Loyal', 'At Risk', 'Dormant', 'Regulars'];
const COLORS = ['#7c3aed', '#2563eb', '#dc6803', '#64748b', '#0d9488'];

const folder = mkdtempSync(path.join(tmpdir(), 'tessera-bench-'));
execFileSync(process.execPath, [path.join(root, 'packages/widget/build.mjs'), folder]);
// A chip and its text, as little as an element can do.
const { outputFiles } = await build({
  stdin: {
    contents: `import { css, html, LitElement } from 'lit';
      customElements.define('bare-badge', class extends LitElement {
        static properties = { customer: {}, text: { attribute: false } };
        static styles = css\`span { border: 1px solid; border-radius: 99px; padding: 2px 8px; }\`;
        render() { return html\`<span>\${this.text}</span>\`; }
      });`,
    resolveDir: path.join(root, 'packages/widget'),
  },
  bundle: true,
  minify: true,
  format: 'esm',
  write: false,
});
const files = { '/tessera.js': readFileSync(path.join(folder, 'tessera.js')), '/bare.js': outputFiles[0].contents };
const answer = (ids) => ({
  data: {
    badges: ids.map((externalId, index) => ({
      externalId,
      basis: { asOf: '2024-01-22T00:00:00.000Z', note: null },
      segment: {
        since: null,
        segment: { key: 'k', title: TITLES[index % 5], color: COLORS[index % 5], description: '' },
        why: [{ text: 'recency 5 of 5' }],
      },
    })),
  },
});
const server = createServer(async (request, response) => {
  if (request.method === 'POST') {
    if (request.headers.accept === 'text/event-stream')
      return response.writeHead(200, { 'content-type': 'text/event-stream' });
    let body = '';
    for await (const chunk of request) body += chunk;
    response.writeHead(200, { 'content-type': 'application/json' });
    return response.end(JSON.stringify(answer(JSON.parse(body).variables.badges)));
  }
  const script = files[request.url];
  response.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html' });
  response.end(
    script ??
      `<!doctype html><html lang="en"><body><script type="module" src="/tessera.js"></script>
    <script type="module" src="/bare.js"></script><main></main></body></html>`,
  );
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const url = `http://127.0.0.1:${server.address().port}/`;

// Beside its source, which finds the browser from its own place.
const launcher = path.join(root, 'test/support/.browser-launcher.mjs');
await build({
  entryPoints: [path.join(root, 'test/support/browser.ts')],
  outfile: launcher,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
});
const { launchBrowser } = await import(launcher);
rmSync(launcher);
const browser = await launchBrowser();

/** Milliseconds that the page's main thread was busy, from nothing to the last element painted. */
async function measure(kind) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => customElements.get('bare-badge') && customElements.get('tessera-segment-badge'));
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.waitForTimeout(50);
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  };
  const before = await busy();
  await page.evaluate(
    ([kind, count, titles]) =>
      new Promise((done) => {
        const parts = [];
        for (let index = 0; index < count; index++) {
          const element = document.createElement(kind);
          element.customer = `c${index}`;
          if (kind === 'bare-badge') element.text = titles[index % 5];
          else {
            element.endpoint = '/graphql';
            element.token = 'token';
          }
          parts.push(element);
        }
        let loaded = 0;
        const painted = () => requestAnimationFrame(() => setTimeout(done));
        addEventListener('tessera-load', () => ++loaded === count && painted());
        document.querySelector('main').append(...parts);
        if (kind === 'bare-badge') painted();
      }),
    [kind, COUNT, TITLES],
  );
  const after = await busy();
  await page.close();
  return after - before;
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const times = { 'bare-badge': [], 'tessera-segment-badge': [] };
for (let round = 0; round < ROUNDS + 2; round++) {
  for (const kind of Object.keys(times)) {
    const milliseconds = await measure(kind);
    // The first two rounds warm the browser up.
    if (round >= 2) times[kind].push(milliseconds);
  }
}
const bare = median(times['bare-badge']);
const badges = median(times['tessera-segment-badge']);
console.log(
  `${COUNT} bare Lit elements: ${bare.toFixed(1)} ms; ${COUNT} badges: ${badges.toFixed(1)} ms; ratio ${(badges / bare).toFixed(2)} (median of ${ROUNDS})`,
);
await browser.close();
server.close();
rmSync(folder, { recursive: true });
