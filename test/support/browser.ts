import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const cacheFolder = path.resolve(fileURLToPath(import.meta.url), '../../../node_modules/.cache/tessera-chromium');

interface FoundBrowser {
  executablePath: string;
  /** What the browser needs beside its own file: where its libraries and its fonts are. */
  environment: Record<string, string>;
}

/**
 * Starts a headless browser: the one named by CHROMIUM, else an installed Chromium or Chrome, else the one that the
 * development dependency `@sparticuz/chromium` carries.
 * @throws Error with what to do, when none of the three is there
 */
export async function launchBrowser(): Promise<Browser> {
  const found = await findBrowser();
  return chromium.launch({
    executablePath: found.executablePath,
    env: { ...definedEnvironment(), ...found.environment },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-quic',
      '--no-first-run',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface AccessibilityViolation {
  id: string;
  help: string;
  nodes: string[];
}

/**
 * What axe finds wrong on a page. Evaluated through the debugging protocol, because a page with a strict content
 * security policy refuses a script element.
 */
export async function accessibilityViolations(page: Page): Promise<AccessibilityViolation[]> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('Runtime.evaluate', { expression: axeSource() });
    const answer = await session.send('Runtime.evaluate', {
      expression: `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
        JSON.stringify(violations.map(({ id, help, nodes }) =>
          ({ id, help, nodes: nodes.map((node) => node.target.join(' ') + ': ' + node.failureSummary) }))))`,
      awaitPromise: true,
      returnByValue: true,
    });
    if (answer.exceptionDetails) {
      throw new Error(`axe failed: ${answer.exceptionDetails.exception?.description ?? answer.exceptionDetails.text}`);
    }
    return JSON.parse(answer.result.value as string) as AccessibilityViolation[];
  } finally {
    await session.detach();
  }
}

let axe: string | undefined;

function axeSource(): string {
  axe ??= readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  return axe;
}

async function findBrowser(): Promise<FoundBrowser> {
  const named = process.env.CHROMIUM;
  if (named) {
    if (!isExecutable(named)) throw new Error(`CHROMIUM names ${named}, which is not a program that can be started`);
    return { executablePath: named, environment: {} };
  }
  const installed = installedBrowsers().find(isExecutable);
  if (installed) return { executablePath: installed, environment: {} };
  if (process.platform === 'linux' && process.arch === 'x64') return packagedBrowser();
  throw new Error(
    `no browser found on ${process.platform} ${process.arch}: install Chromium or Chrome, or set CHROMIUM to its path`,
  );
}

function installedBrowsers(): string[] {
  const onPath = (process.env.PATH ?? '')
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) =>
      ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].map((name) => path.join(folder, name)),
    );
  const programFolders = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
  const onWindows = programFolders.flatMap((folder) =>
    folder ? [path.join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')] : [],
  );
  const onMac = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ];
  return [
    ...onPath,
    ...(process.platform === 'win32' ? onWindows : []),
    ...(process.platform === 'darwin' ? onMac : []),
  ];
}

/**
 * Unpacks the browser inside `@sparticuz/chromium` once. The package unpacks to the temporary folder of its process
 * and takes a half-written file for a finished one, so it runs in a process and a folder of its own, and the folder
 * gets its final name when it is complete: several test files may come here at once.
 */
async function packagedBrowser(): Promise<FoundBrowser> {
  const entry = require.resolve('@sparticuz/chromium');
  const manifest = readFileSync(path.resolve(path.dirname(entry), '../../package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const folder = path.join(cacheFolder, version);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    try {
      await run(
        process.execPath,
        ['--eval', `require(${JSON.stringify(entry)}).executablePath()`],
        // The package brings its own libraries only where it believes to run on AWS.
        { env: { ...process.env, TMPDIR: unfinished, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' } },
      );
      writeFileSync(path.join(unfinished, 'fonts', 'fonts.conf'), fontSettings(folder));
      renameSync(unfinished, folder);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      if (!existsSync(folder)) throw error;
    }
  }
  return {
    executablePath: path.join(folder, 'chromium'),
    environment: {
      LD_LIBRARY_PATH: [path.join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      FONTCONFIG_PATH: path.join(folder, 'fonts'),
    },
  };
}

/** The package's own settings name folders of AWS. Its fonts only, so that a page looks the same on every machine. */
function fontSettings(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
