import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The project's folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

export const PACKAGES = ['core', 'demo-shop', 'hosts', 'server', 'ui', 'widget'] as const;

/** Where a specifier of a package's name leads, beside its door. */
const FOLDERS: Readonly<Record<string, string>> = { hosts: 'packages/hosts' };
const DOORS: Readonly<Record<string, string>> = {
  core: 'packages/core/src/index.ts',
  'demo-shop': 'packages/demo-shop/src/demo-shop.ts',
  widget: 'packages/widget/src/index.ts',
};

export interface Import {
  /** The file that imports, from the project's folder. */
  readonly from: string;
  /** The file that is imported; null when it is no file of ours. */
  readonly to: string | null;
  readonly specifier: string;
  readonly line: number;
}

/** The code below folders of the project, without what is installed or built. */
export function codeFiles(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => {
        const name = `${folder}/${entry.name}`;
        if (entry.isDirectory()) return /^(node_modules|dist)$/.test(entry.name) ? [] : codeFiles(name);
        return /\.(ts|tsx|mts|mjs)$/.test(name) && !name.endsWith('.generated.ts') ? [name] : [];
      }),
  );
}

export const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8');

export const parse = (file: string, text = textOf(file)): ts.SourceFile =>
  ts.createSourceFile(
    file,
    text,
    ts.ScriptTarget.Latest,
    true,
    file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );

/** What a file imports: statements, types too, and calls of `import()`. */
export function importsOf(file: string, files: ReadonlySet<string>, text = textOf(file)): Import[] {
  // The compiler's own scanner for what a file needs: no tree is built.
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => ({
    from: file,
    to: resolve(file, fileName, files),
    specifier: fileName,
    line: text.slice(0, pos).split('\n').length,
  }));
}

function resolve(from: string, specifier: string, files: ReadonlySet<string>): string | null {
  const [, name, rest] = /^@tessera\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
  let base: string;
  if (name !== undefined) {
    if (rest === undefined) return DOORS[name] ?? null;
    base = rest.startsWith('demo/') ? `packages/${name}/${rest}` : `${FOLDERS[name] ?? `packages/${name}/src`}/${rest}`;
  } else if (specifier.startsWith('.')) base = path.posix.join(path.posix.dirname(from), specifier);
  else return null;
  const candidates = [base, base.replace(/\.js$/, '.ts'), base.replace(/\.js$/, '.tsx'), `${base}.ts`, `${base}.tsx`];
  return candidates.find((file) => files.has(file)) ?? null;
}

/** Every import of every file. */
export function importGraph(files: readonly string[]): Import[] {
  const known = new Set(files);
  return files.flatMap((file) => importsOf(file, known));
}

/** Files that import each other, directly or through others: each group once, in the order of one walk around it. */
export function circles(imports: readonly Pick<Import, 'from' | 'to'>[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) {
    if (to === null) continue;
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  // Tarjan's strongly connected components (1972), without recursion's depth being an issue at this size.
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const waiting = new Set<string>();
  const groups: string[][] = [];
  const walk = (file: string): void => {
    order.set(file, order.size);
    low.set(file, order.get(file)!);
    stack.push(file);
    waiting.add(file);
    for (const target of next.get(file) ?? []) {
      if (!order.has(target)) {
        walk(target);
        low.set(file, Math.min(low.get(file)!, low.get(target)!));
      } else if (waiting.has(target)) low.set(file, Math.min(low.get(file)!, order.get(target)!));
    }
    if (low.get(file) !== order.get(file)) return;
    const group: string[] = [];
    for (;;) {
      const member = stack.pop()!;
      waiting.delete(member);
      group.push(member);
      if (member === file) break;
    }
    if (group.length > 1 || next.get(file)?.includes(file)) groups.push(group.reverse());
  };
  for (const file of next.keys()) if (!order.has(file)) walk(file);
  return groups;
}
