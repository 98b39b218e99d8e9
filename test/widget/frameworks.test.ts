import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSite, type Site } from '../hosts/site.js';
import { launchBrowser } from '../support/browser.js';
import { demoToken } from '../support/graphql-shop.js';
import { startTestServer, type TestServer } from '../support/server.js';

/*
 * The package that an app installs, in an app of each framework: installed from its own lock file, checked by the framework's
 * own compiler, built by Vite, opened in a browser, with a server behind.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const examples = path.join(root, 'docs/examples/frameworks');
/** Not inside a `node_modules`, where no compiler looks for an app. */
const app = path.join(root, '.cache/frameworks');
const installedPackage = path.join(app, 'node_modules/@tessera/widget');

/** What a template may not say: an id that is no text, and an audience that there is not. */
const WRONG = {
  'react/wrong.tsx': `import type {} from '@tessera/widget/react';
export const wrongId = <tessera-segment-badge customer={5} />;
export const wrongAudience = <tessera-segment-badge audience="owner" />;
`,
  'vue/Wrong.vue': `<script setup lang="ts">
import type {} from '@tessera/widget/vue';
</script>
<template><tessera-segment-badge :customer="5" audience="owner" /></template>
`,
  'svelte/Wrong.svelte': `<script lang="ts">
  import type {} from '@tessera/widget/svelte';
</script>
<tessera-segment-badge customer={5} audience="owner"></tessera-segment-badge>
`,
};

let browser: Browser;
let shop: TestServer;
let pages: Site;

beforeAll(async () => {
  install();
  [shop, browser] = await Promise.all([startTestServer({ demoCustomers: 100 }), launchBrowser()]);
}, 300_000);

afterAll(async () => {
  await browser?.close();
  pages?.close();
  await shop?.close();
});

/** Lays the app out, installs it unless that is done, and puts today's package into it. */
function install(): void {
  mkdirSync(app, { recursive: true });
  for (const name of readdirSync(app).filter((name) => name !== 'node_modules'))
    rmSync(path.join(app, name), { recursive: true });
  cpSync(examples, app, { recursive: true, filter: (file) => !file.includes('node_modules') });
  const lock = createHash('sha256')
    .update(readFileSync(path.join(examples, 'package-lock.json')))
    .digest('hex');
  const mark = path.join(app, 'node_modules/.installed');
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== lock) {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
    writeFileSync(mark, lock);
  }
  // As the README of the examples says it.
  execFileSync(process.execPath, [path.join(root, 'packages/widget/build-package.mjs'), path.join(app, 'package')]);
  rmSync(installedPackage, { recursive: true, force: true });
  run('npm', ['install', '--no-save', '--install-links', '--no-audit', '--no-fund', './package']);
}

/** Runs a program of the app's and expects it to go well. */
function run(program: string, args: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: app, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error ?? ''}${stdout}${stderr}`);
}

const bin = (name: string) => path.join(app, 'node_modules/.bin', name);

describe('the package', () => {
  it('describes every element, with its attributes, events and parts, in custom-elements.json', () => {
    const { modules } = JSON.parse(readFileSync(path.join(installedPackage, 'custom-elements.json'), 'utf8'));
    const declarations = (
      modules as { declarations: { tagName: string; attributes: { name: string; description: string }[] }[] }[]
    ).flatMap(({ declarations }) => declarations);
    const tags = readdirSync(path.join(root, 'packages/widget/src/elements')).map((name) => `tessera-${name}`);
    expect(declarations.map(({ tagName }) => tagName).sort()).toEqual(tags.sort());
    for (const { tagName, attributes } of declarations) {
      expect(
        attributes.map(({ name }) => name),
        tagName,
      ).toEqual(expect.arrayContaining(['endpoint', 'token', 'customer', 'theme']));
      for (const { name, description } of attributes) expect(description, `${tagName} ${name}`).toMatch(/\.$/);
    }
    const badge = declarations.find(({ tagName }) => tagName === 'tessera-segment-badge');
    expect(badge).toMatchObject({
      events: expect.arrayContaining([expect.objectContaining({ name: 'tessera-load' })]),
      cssParts: expect.arrayContaining([expect.objectContaining({ name: 'badge' })]),
      members: expect.arrayContaining([expect.objectContaining({ name: 'tokenProvider' })]),
    });
  });

  it('gives a page that imports the badge no code of the card', async () => {
    const bundleOf = async (contents: string) => {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: app },
        bundle: true,
        splitting: true,
        format: 'esm',
        outdir: app,
        minify: true,
        logLevel: 'error',
        write: false,
      });
      return outputFiles;
    };
    const textOf = (files: { text: string }[]) => files.map(({ text }) => text).join('\n');
    const badge = textOf(
      await bundleOf(
        `import { TesseraSegmentBadge, defineTags } from '@tessera/widget'; defineTags({ 'my-badge': TesseraSegmentBadge });`,
      ),
    );
    const all = textOf(await bundleOf(`import '@tessera/widget/define';`));
    expect(badge).not.toContain('class="avatar"');
    expect(all).toContain('class="avatar"');
    expect(badge.length).toBeLessThan(all.length * 0.75);
    // An import without a use registers nothing and leaves nothing.
    const unused = await bundleOf(`import '@tessera/widget';`);
    expect(unused.find((file) => file.path.endsWith('stdin.js'))!.text.trim()).toBe('');
  });
});

/** Two type checkers, each over its framework's own types: 25 s on two free cores. */
const COMPILERS_MS = 240_000;

describe('an app', () => {
  it(
    'passes the compilers of React, Vue and Svelte, and what no element takes is refused by each',
    () => {
      for (const [file, text] of Object.entries(WRONG)) writeFileSync(path.join(app, file), text);
      const check = (name: string, args: string[]) => spawnSync(bin(name), args, { cwd: app, encoding: 'utf8' }).stdout;
      const said = `${check('vue-tsc', [])}${check('svelte-check', ['--workspace', 'svelte', '--output', 'machine'])}`;
      for (const file of Object.keys(WRONG)) rmSync(path.join(app, file));
      const refused = [...said.matchAll(/^(\S+)\(\d+,\d+\): error|ERROR "([^"]+)"|WARNING "([^"]+)"/gm)].map(
        ([, react, svelte, warned]) => react ?? `svelte/${svelte ?? warned}`,
      );
      expect([...new Set(refused)].sort(), said).toEqual(Object.keys(WRONG).sort());
      // Both attributes, in all three.
      expect(said.match(/'?number'? is not assignable to type '?string/g), said).toHaveLength(3);
      expect(said.match(/owner\\?"'? is not assignable to type/g), said).toHaveLength(3);
    },
    COMPILERS_MS,
  );

  describe('built by Vite', () => {
    beforeAll(async () => {
      run(bin('vite'), ['build', '--logLevel', 'error']);
      pages = await openSite(async ({ path: file, headers, body }) => {
        if (file === '/tessera-token') return { content: JSON.stringify({ token: await demoToken(shop.url, 'crm') }) };
        if (file !== '/graphql') return { content: readFileSync(path.join(app, 'dist', file)) };
        const answer = await fetch(`${shop.url}/graphql`, {
          method: 'POST',
          headers: { authorization: headers.authorization ?? '', 'content-type': 'application/json' },
          body,
        });
        return { status: answer.status, type: 'application/json', content: await answer.text() };
      });
    });

    for (const framework of ['react', 'vue', 'svelte']) {
      it(`of ${framework} shows the elements, and hears what they tell`, async () => {
        const page = await browser.newPage();
        const errors: string[] = [];
        page.on('pageerror', (error) => errors.push(error.message));
        const { data } = await shop.query<{ customers: { nodes: { externalId: string; segment: Segment }[] } }>(
          '{ customers(first: 1, where: { segment: { in: ["vip"] } }) { nodes { externalId segment { segment { key title } } } } }',
        );
        const { externalId, segment } = data.customers.nodes[0]!;
        await page.goto(`${pages.url}/${framework}.html?customer=${encodeURIComponent(externalId)}`);
        await page.getByRole('button', { name: `Segment: ${segment.segment.title}` }).waitFor();
        await expect.poll(() => page.getByTestId('segment').textContent()).toBe(segment.segment.key);
        const start = page.getByRole('button', { name: /^Start: / });
        await start.first().click();
        expect(await start.count()).toBe(2);
        await expect.poll(() => page.getByTestId('action').textContent()).toMatch(/^[a-z0-9-]+$/);
        expect(errors).toEqual([]);
        await page.close();
      });
    }
  });
});

interface Segment {
  segment: { key: string; title: string };
}
