const ERASE_LINE = '\r\x1b[K';
const BAR_CELLS = 24;

/**
 * One line on standard error that rewrites itself while long work goes on. On anything but a terminal it stays silent:
 * logs are not for animations.
 */
export class ProgressLine {
  readonly #isTerminal = process.stderr.isTTY === true;
  #shown = false;

  /** @param share 0 to 1, or null when the end is not known */
  show(label: string, share: number | null): void {
    if (!this.#isTerminal) return;
    const filled = Math.round((share ?? 0) * BAR_CELLS);
    const bar =
      share === null ? '' : ` [${'='.repeat(filled)}${' '.repeat(BAR_CELLS - filled)}] ${Math.round(share * 100)} %`;
    process.stderr.write(`${ERASE_LINE}${label}${bar}`);
    this.#shown = true;
  }

  clear(): void {
    if (this.#shown) process.stderr.write(ERASE_LINE);
    this.#shown = false;
  }
}
