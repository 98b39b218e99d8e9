import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import { codeOf } from '../errors.js';

/** A process that lives: one that has ended and is not collected by its parent yet does not count. */
export interface LiveProcess {
  readonly pid: number;
  /** The program and its arguments, or the title that it has given itself. */
  readonly args: readonly string[];
  /** One letter: R runs, D waits for a disk, S sleeps, T is stopped. */
  readonly state: string;
  /** Time on a processor so far, as the system writes it: only good to see whether it has changed. */
  readonly processorTime: string;
  /** When it began, as the system writes it: tells it from a later process of the same number. Null where unknown. */
  readonly begun: string | null;
}

const ENDED = /^[ZX]/;
const hasProc = existsSync('/proc/self/stat');

/** From /proc, which every container has; `ps` is missing in slim images. */
function fromProc(pid: number | string): LiveProcess | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in brackets and may hold blanks and brackets itself.
    const cells = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = '', begun = null] = [cells[0], cells[19]];
    if (ENDED.test(state)) return null;
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    return { pid: Number(pid), args, state, processorTime: `${cells[11]}+${cells[12]}`, begun };
  } catch {
    return null;
  }
}

function fromPs(...selection: string[]): LiveProcess[] {
  try {
    const text = execFileSync('ps', [...selection, '-o', 'pid=,state=,time=,command='], { encoding: 'utf8' });
    return text.split('\n').flatMap((line) => {
      const [, pid, state = '', processorTime = '', command = ''] = /^ *(\d+) +(\S+) +(\S+) +(.*)$/.exec(line) ?? [];
      if (pid === undefined || ENDED.test(state)) return [];
      return [{ pid: Number(pid), args: command.split(' '), state, processorTime, begun: null }];
    });
  } catch {
    // `ps` ends with 1 when nothing is selected.
    return [];
  }
}

/** Every live process that may be seen. */
export function liveProcesses(): LiveProcess[] {
  if (!hasProc) return fromPs('-ax');
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (fromProc(name) ?? []) : []));
}

/** One process; null when it has ended. */
export function liveProcess(pid: number): LiveProcess | null {
  return hasProc ? fromProc(pid) : (fromPs('-p', String(pid))[0] ?? null);
}

/** Whether a number is taken: true also for a process that has ended and was not collected. */
export function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** How a process is written down, so that a later one of the same number is not taken for it. */
export const signatureOf = (pid: number) => `${pid} ${liveProcess(pid)?.begun ?? ''}`.trim();

/** Whether the process that `signatureOf` wrote down still lives; a bare number names whoever has it. */
export function isAlive(signature: string): boolean {
  const [number = '', begun] = signature.trim().split(' ');
  const pid = Number(number);
  if (!(pid > 0) || !isTaken(pid)) return false;
  const found = liveProcess(pid);
  // Seen by the system and not by us, as where /proc shows one's own processes only: it lives.
  if (found === null) return hasProc && !existsSync(`/proc/${pid}`);
  return begun === undefined || found.begun === null || found.begun === begun;
}

/** Sends a signal to processes, those that are gone left out. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (codeOf(error) !== 'ESRCH') throw error;
    }
  }
}

/** What a file or link of the system says; '' where it has none. */
function quietly(read: () => string): string {
  try {
    return read().trim();
  } catch {
    return '';
  }
}

/**
 * Names this machine as it runs now, and the container in it: process numbers mean the same only under one name.
 * @returns 12 hexadecimal digits
 */
export function machineName(): string {
  const boot = quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const container = quietly(() => readlinkSync('/proc/self/ns/pid'));
  return createHash('sha256').update(`${os.hostname()} ${boot} ${container}`).digest('hex').slice(0, 12);
}
