import * as z from 'zod'
import { formatTable } from '../table.ts'
import { lineWidth, type Terminal } from '../terminal.ts'

/** What became of a schedule that a command was to add or to change. docs/commands.md explains each key. */
export const scheduleOutcome = z.object({
  /** Null if none was added. */
  scheduleId: z.guid().nullable(),
  done: z.boolean(),
  reason: z.string(),
})

export type ScheduleOutcome = z.infer<typeof scheduleOutcome>

export function printOutcomes(outcomes: readonly ScheduleOutcome[], json: boolean, { print, out }: Terminal): void {
  if (json) for (const outcome of outcomes) print(JSON.stringify(scheduleOutcome.parse(outcome)))
  else {
    const rows = outcomes.map(({ scheduleId, done, reason }) => ({
      schedule: scheduleId,
      done: done ? 'yes' : 'NO',
      reason,
    }))
    print(formatTable(rows, { line: lineWidth(out) }))
  }
}
