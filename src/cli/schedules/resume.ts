import * as z from 'zod'
import { resumeSchedule } from '../../operations/schedules.ts'
import { defineCommand } from '../command.ts'
import { changeOptions, changeSchedules, writerLogin } from './change.ts'

export const resumeSchedules = defineCommand({
  name: 'schedules resume',
  about: 'Lets paused schedules go on. What was missed is one job, which the next tick sends.',
  rest: 'SCHEDULE…',
  options: z.object(changeOptions),
  details: `Ends with 1 if a schedule is not known or was not paused.

${writerLogin}`,
  run: ({ options, rest, terminal }) =>
    changeSchedules({
      name: 'schedules resume',
      options,
      rest,
      terminal,
      change: async (db, schedule) =>
        (await resumeSchedule(db, schedule))
          ? { done: true, reason: 'It goes on.' }
          : { done: false, reason: 'It was not paused.' },
    }),
})
