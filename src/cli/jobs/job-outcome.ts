import * as z from 'zod'
import type { JobOutcome } from '../../operations/send-again.ts'
import { formatTable } from '../table.ts'
import { lineWidth, type Terminal } from '../terminal.ts'

/** What became of a job that a command was to change. docs/commands.md explains each key. */
export const jobOutcome = z.object({
  jobId: z.guid(),
  done: z.boolean(),
  reason: z.string(),
})

export function printOutcomes(outcomes: readonly JobOutcome[], json: boolean, { print, out }: Terminal): void {
  if (json) for (const outcome of outcomes) print(JSON.stringify(jobOutcome.parse(outcome)))
  else {
    const rows = outcomes.map(({ jobId, done, reason }) => ({ job: jobId, done: done ? 'yes' : 'NO', reason }))
    if (rows.length > 0) print(formatTable(rows, { line: lineWidth(out) }))
  }
}
