import { type EarlierRun, RUN_STEPS, RunStory } from '@tessera/server/runs/run-story.js';
import { describe, expect, it } from 'vitest';

/** A run of 1,000 customers whose steps took 1 s, 2 s, 3 s ... in order, times a factor. */
const earlier = (factor: number): EarlierRun => ({
  customers: 1000,
  steps: RUN_STEPS.map((step, i) => ({ step, startedAt: '', seconds: factor * (i + 1), rows: null })),
});
/** 1 + 2 + ... + 7 */
const WHOLE = 28;

/** A story with a stop watch that stands until it is set. */
function storyOf(...runs: EarlierRun[]) {
  const watch = { ms: 0 };
  const story = new RunStory(
    runs,
    () => watch.ms,
    () => new Date('2026-01-01T00:00:00Z'),
  );
  return { story, watch };
}

describe("a run's story", () => {
  it('holds what each step took and read', () => {
    const { story, watch } = storyOf();
    story.begin('features');
    story.readRows(10);
    story.readRows(5);
    watch.ms = 1500;
    story.begin('fit');
    watch.ms = 1750;
    expect(story.end()).toEqual([
      { step: 'features', startedAt: '2026-01-01T00:00:00.000Z', seconds: 1.5, rows: 15 },
      { step: 'fit', startedAt: '2026-01-01T00:00:00.000Z', seconds: 0.25, rows: null },
    ]);
  });

  it('estimates nothing without an earlier run, and is somewhere between 0 and 1 all the same', () => {
    const { story } = storyOf();
    expect([story.progress, story.secondsLeft]).toEqual([0, null]);
    let before = 0;
    for (const step of RUN_STEPS) {
      story.begin(step);
      expect(story.progress).toBeGreaterThanOrEqual(before);
      before = story.progress;
    }
    expect(before).toBeLessThan(1);
    expect(story.secondsLeft).toBeNull();
  });

  it('estimates by the median of the last runs, step by step', () => {
    const { story, watch } = storyOf(earlier(1), earlier(100), earlier(1));
    story.begin('features');
    expect(story.secondsLeft).toBe(WHOLE);
    watch.ms = 500;
    expect(story.secondsLeft).toBe(WHOLE - 0.5);
    // The step takes longer than it used to: what is left are the others.
    watch.ms = 60_000;
    expect(story.secondsLeft).toBe(WHOLE - 1);
    story.begin('fit');
    expect(story.progress).toBeCloseTo(1 / WHOLE, 12);
    story.within(0.5);
    expect(story.progress).toBeCloseTo(2 / WHOLE, 12);
    expect(story.secondsLeft).toBe(WHOLE - 2);
  });

  it('expects twice the time of twice the customers', () => {
    const { story } = storyOf(earlier(1));
    story.begin('features');
    story.knowCustomers(2000);
    expect(story.secondsLeft).toBe(2 * WHOLE);
  });
});
