import { databaseClock } from '../db/queries/jobs/clock.js';
import { chooseSchedule, ensureSchedule, readShownSchedule, type ShownSchedule } from '../jobs/schedule.js';
import { ensureShop } from '../settings/shop.js';
import { commandContext, makeCommand, withDatabase } from './command.js';

const scheduleLines = ({ isOn, chosen, pattern, timeZone, next }: ShownSchedule): string[] => {
  if (isOn) {
    const moment = next === null ? 'never' : next.toISOString();
    return [`scored by itself at "${pattern}" in ${timeZone}, next at ${moment}, and after large imports`];
  }
  return [chosen ? 'not scored by itself: off' : 'not scored by itself: a demo shop is not, until a schedule is set'];
};

export const scheduleCommand = makeCommand('schedule')
  .argument('[when]', '03:00, off, or five fields such as "0 3 * * 1-5", in the shop\'s zone; shown when left out')
  .action(async (when: string | undefined) => {
    const { config, report } = commandContext(scheduleCommand);
    await withDatabase(config, async ({ sql }) => {
      await ensureShop(sql, config);
      await ensureSchedule(sql, config);
      if (when !== undefined) await chooseSchedule(sql, when);
      const schedule = await readShownSchedule(sql, await databaseClock(sql)());
      const { isOn, pattern, timeZone, next } = schedule;
      report({ isOn, pattern, timeZone, next }, () => scheduleLines(schedule));
    });
  });
