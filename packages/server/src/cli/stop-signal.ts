const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves at the first signal to stop. A second one ends the process at once. */
export const stopSignal = () =>
  new Promise<void>((resolve) => {
    for (const signal of STOP_SIGNALS) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve();
      });
    }
  });
