/** The steps of a run in order, and how much of it each takes where no earlier run tells. */
const STEPS = {
  features: 0.2,
  fit: 0.3,
  score: 0.25,
  profiles: 0.1,
  indexes: 0.03,
  recommendations: 0.07,
  publish: 0.05,
} as const;

export type RunStep = keyof typeof STEPS;
export const RUN_STEPS = Object.keys(STEPS) as RunStep[];

/** What a step took. */
export interface StepTime {
  readonly step: string;
  readonly startedAt: string;
  /** Null while it works. */
  readonly seconds: number | null;
  /** Rows that it read, where it counts them. */
  readonly rows: number | null;
}

/** What an earlier run took. */
export interface EarlierRun {
  readonly steps: unknown;
  readonly customers: number;
}

/** Seconds by step of one run, for a shop of so many customers: a step's time grows as the customers do. */
function secondsOf({ steps, customers }: EarlierRun, now: number | null): Map<string, number> {
  const grown = now === null ? 1 : now / customers;
  const times = (steps as StepTime[]).filter(({ seconds }) => seconds !== null);
  return new Map(times.map(({ step, seconds }) => [step, seconds! * grown]));
}

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

/**
 * The story that a run tells of itself: what each step took, how far the run is, and how long it will take yet. The estimate is
 * the median of the last runs, step by step, grown to the shop's customers; without an earlier run there is none.
 */
export class RunStory {
  readonly #times: StepTime[] = [];
  #beganAt = 0;
  #fraction = 0;
  #customers: number | null = null;

  /** @param earlier the last runs @param clock milliseconds of a stop watch @param now the time of day, for people */
  constructor(
    private readonly earlier: readonly EarlierRun[],
    private readonly clock: () => number = () => performance.now(),
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Ends the step before, and begins one. */
  begin(step: RunStep): void {
    this.#endLast();
    this.#beganAt = this.clock();
    this.#fraction = 0;
    this.#times.push({ step, startedAt: this.now().toISOString(), seconds: null, rows: null });
  }

  /** How far the step is, 0 to 1. */
  within(fraction: number): void {
    this.#fraction = fraction;
  }

  /** Of the step that works. */
  readRows(rows: number): void {
    const last = this.#times.at(-1);
    if (last !== undefined) this.#times[this.#times.length - 1] = { ...last, rows: (last.rows ?? 0) + rows };
  }

  /** How many customers the run has, once it knows. */
  knowCustomers(customers: number): void {
    this.#customers = customers;
  }

  /** @returns the steps with their seconds */
  end(): readonly StepTime[] {
    this.#endLast();
    return this.#times;
  }

  get step(): string {
    return this.#times.at(-1)?.step ?? 'starting';
  }

  get steps(): readonly StepTime[] {
    return this.#times;
  }

  /** Seconds until the end; null without an earlier run. The step that works counts with what is left of its usual time. */
  get secondsLeft(): number | null {
    const usual = this.#usual();
    if (usual === null) return null;
    const at = RUN_STEPS.indexOf(this.step as RunStep);
    const own = usual.get(this.step) ?? 0;
    const spent = at < 0 ? 0 : Math.max(this.#secondsSpent(), this.#fraction * own);
    const later = RUN_STEPS.slice(at + 1).reduce((sum, step) => sum + (usual.get(step) ?? 0), 0);
    return Math.max(0, own - spent) + later;
  }

  /** 0 to 1, by the time that the steps usually take. */
  get progress(): number {
    const usual = this.#usual() ?? new Map<string, number>(Object.entries(STEPS));
    const total = RUN_STEPS.reduce((sum, step) => sum + (usual.get(step) ?? 0), 0);
    const at = RUN_STEPS.indexOf(this.step as RunStep);
    if (at < 0 || total === 0) return 0;
    const before = RUN_STEPS.slice(0, at).reduce((sum, step) => sum + (usual.get(step) ?? 0), 0);
    return (before + this.#fraction * (usual.get(this.step) ?? 0)) / total;
  }

  #usual(): Map<string, number> | null {
    const runs = this.earlier.map((run) => secondsOf(run, this.#customers)).filter(({ size }) => size > 0);
    if (runs.length === 0) return null;
    return new Map(RUN_STEPS.map((step) => [step, median(runs.map((run) => run.get(step) ?? 0))]));
  }

  #secondsSpent(): number {
    return (this.clock() - this.#beganAt) / 1000;
  }

  #endLast(): void {
    const last = this.#times.at(-1);
    if (last === undefined || last.seconds !== null) return;
    this.#times[this.#times.length - 1] = { ...last, seconds: Math.round(this.#secondsSpent() * 1000) / 1000 };
  }
}
