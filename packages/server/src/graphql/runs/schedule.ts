import { databaseClock } from '../../db/queries/jobs/clock.js';
import { apiError, UserError } from '../../errors.js';
import { chooseSchedule, readShownSchedule, type ShownSchedule } from '../../jobs/schedule.js';
import { builder } from '../builder.js';
import { EVERYTHING, REPORTS_READ } from '../common.js';
import type { Context } from '../context.js';

const RunSchedule = builder.objectRef<ShownSchedule>('RunSchedule').implement({
  description: 'When the shop is scored by itself.',
  authScopes: REPORTS_READ,
  fields: (t) => ({
    on: t.boolean({
      description: 'A demo shop is not scored by itself until somebody sets a schedule.',
      resolve: ({ isOn }) => isOn,
    }),
    pattern: t.exposeString('pattern', { description: 'Minute, hour, day, month and weekday, as cron reads them.' }),
    timeZone: t.exposeString('timeZone', { description: "The shop's." }),
    next: t.field({ type: 'DateTime', nullable: true, resolve: ({ next }) => next }),
  }),
});

const shown = async ({ database: { sql } }: Context) => readShownSchedule(sql, await databaseClock(sql)());

builder.queryField('runSchedule', (t) =>
  t.field({ type: RunSchedule, authScopes: REPORTS_READ, resolve: (_root, _args, context) => shown(context) }),
);

builder.mutationField('setRunSchedule', (t) =>
  t.field({
    type: RunSchedule,
    description: 'TESSERA_SCHEDULE, where it is set, takes its place again at the next start.',
    authScopes: EVERYTHING,
    args: {
      when: t.arg.string({ required: true, description: '"03:00", "off", or five fields such as "0 3 * * 1-5".' }),
    },
    resolve: async (_root, { when }, context) => {
      try {
        await chooseSchedule(context.database.sql, when);
      } catch (error) {
        throw error instanceof UserError ? apiError('BAD_USER_INPUT', error.message) : error;
      }
      return shown(context);
    },
  }),
);
