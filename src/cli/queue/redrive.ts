import * as z from 'zod'
import { openConfig } from '../../config/load.ts'
import { redriveLetters } from '../../operations/dead-letters.ts'
import { openSettings } from '../../secrets/open-settings.ts'
import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { eventsFlag, openEventQueue, openQueue } from '../open-queue.ts'
import { flag, option } from '../options.ts'
import { formatTable } from '../table.ts'
import { lineWidth, type Terminal } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

/** What `queue redrive --json` writes. docs/commands.md explains each key. */
export const redriveLine = z.object({
  sent: z.int().min(0),
  left: z.array(
    z.object({
      messageId: z.string(),
      jobId: z.string().nullable(),
      tenantId: z.string().nullable(),
      code: z.string(),
      reason: z.string(),
    }),
  ),
})

type Left = z.infer<typeof redriveLine>['left'][number]

export const queueRedrive = defineCommand({
  name: 'queue redrive',
  about: `Sends dead letters back to the queue. Those whose secrets the worker took out stay, and are named: their senders send
the jobs again.`,
  options: z.object({
    max: option('N', 'the most dead letters to send', wholeNumber(1, 100_000, 1_000)),
    events: eventsFlag,
    json: flag('one JSON object'),
  }),
  details: `A job that has ended meanwhile is left alone by the worker, so that a redrive does no harm. Ends with 1 if dead letters stay.

Login: none for a queue beside the database. For a queue in Postgres, one that may change it.`,
  async run({ options: { max, events, json }, terminal }) {
    const queue = await (events ? openEventQueue : openQueue)(await openConfig(openSettings))
    try {
      const { sent, left } = await redriveLetters(queue, max)
      const named = left.map(({ isRedacted: _, ...letter }) => letter)
      if (json) terminal.print(JSON.stringify(redriveLine.parse({ sent, left: named })))
      else print({ sent, left: named, fate: events ? fateOfEvents : fateOfJobs }, terminal)
      return left.length === 0 ? exitCodes.done : exitCodes.failed
    } finally {
      await queue.close()
    }
  },
})

interface Redriven {
  readonly sent: number
  readonly left: readonly Left[]
  /** Why the others stay, and what to do. */
  readonly fate: string
}

const fateOfJobs = 'their secrets were taken out. Mend what the reason says, and send them again.'
const fateOfEvents =
  'their contents were taken out. Mend what the reason says. The next incremental job reads the changes again.'

function print({ sent, left, fate }: Redriven, { print: write, out }: Terminal): void {
  write(`  ${sent} dead letters are back in the queue.`)
  if (left.length === 0) return
  const rows = left.map(({ messageId, jobId, tenantId, code, reason }) => ({
    message: messageId,
    job: jobId,
    tenant: tenantId,
    code,
    reason,
  }))
  write(`\n${formatTable(rows, { line: lineWidth(out) })}`)
  write(`\n  ${left.length} stay, because ${fate}`)
}
