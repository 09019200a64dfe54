import * as z from 'zod'
import { removeSchedule } from '../../operations/schedules.ts'
import { defineCommand } from '../command.ts'
import { changeOptions, changeSchedules, writerLogin } from './change.ts'

export const removeSchedules = defineCommand({
  name: 'schedules remove',
  about: 'Removes schedules. Jobs that are sent already are worked on, and the rows of the account stay.',
  rest: 'SCHEDULE…',
  options: z.object(changeOptions),
  details: `Ends with 1 if a schedule is not known.

${writerLogin}`,
  run: ({ options, rest, terminal }) =>
    changeSchedules({
      name: 'schedules remove',
      options,
      rest,
      terminal,
      change: async (db, schedule) =>
        (await removeSchedule(db, schedule))
          ? { done: true, reason: 'It is removed.' }
          : { done: false, reason: 'Somebody else removed it.' },
    }),
})
