import * as z from 'zod'
import { pauseSchedule } from '../../operations/schedules.ts'
import { defineCommand } from '../command.ts'
import { option } from '../options.ts'
import { changeOptions, changeSchedules, writerLogin } from './change.ts'

export const pauseSchedules = defineCommand({
  name: 'schedules pause',
  about: 'Pauses schedules. A job that is sent already is worked on.',
  rest: 'SCHEDULE…',
  options: z.object({
    tenant: changeOptions.tenant,
    because: option(
      'TEXT',
      'the reason, for those who look at the list',
      z.string().trim().min(1, 'takes a text').max(500, 'takes at most 500 characters').default('A person paused it.'),
    ),
    json: changeOptions.json,
  }),
  details: `Ends with 1 if a schedule is not known or was paused before.

${writerLogin}`,
  run: ({ options, rest, terminal }) =>
    changeSchedules({
      name: 'schedules pause',
      options,
      rest,
      terminal,
      change: async (db, schedule) =>
        (await pauseSchedule(db, schedule, options.because))
          ? { done: true, reason: 'It is paused.' }
          : { done: false, reason: 'It was paused before.' },
    }),
})
