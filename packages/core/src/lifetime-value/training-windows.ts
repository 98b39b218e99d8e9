import { InvalidInputError } from '../errors.js';

/** Moments as day numbers; each stands for 00:00 of that day in the shop's zone. */
export interface TrainingWindows {
  /** Length of a label window in days. */
  readonly horizonDays: number;
  /** Features before this day, labels in the horizon from it. Null when the history is too short. */
  readonly trainDay: number | null;
  /** The window after it, on which the fit is judged: starts where the training labels end. */
  readonly testDay: number | null;
  /** The moment to score at: the day after the newest order. */
  readonly scoreDay: number;
}

/** Customers need some history before the first label window, or every feature is the same. */
const SHORTEST_HISTORY_DAYS = 30;

/**
 * The last windows that the data allows: test labels end with the data, training labels end where test features do, so
 * nothing of a label is ever known to a feature. With room for one label window only it is the training one.
 * @param firstDay day number of the oldest order
 * @param lastDay day number of the newest order
 * @throws InvalidInputError when the days are not whole or the last is before the first
 */
export function trainingWindows(firstDay: number, lastDay: number, horizonDays = 90): TrainingWindows {
  if (!(Number.isInteger(firstDay) && Number.isInteger(lastDay) && lastDay >= firstDay && horizonDays >= 1)) {
    throw new InvalidInputError(
      `trainingWindows requires whole days, the last not before the first, got ${firstDay} to ${lastDay}`,
    );
  }
  const scoreDay = lastDay + 1;
  const roomFor = (day: number) => day - firstDay >= SHORTEST_HISTORY_DAYS;
  const latest = scoreDay - horizonDays;
  const earlier = latest - horizonDays;
  if (roomFor(earlier)) return { horizonDays, trainDay: earlier, testDay: latest, scoreDay };
  return { horizonDays, trainDay: roomFor(latest) ? latest : null, testDay: null, scoreDay };
}
