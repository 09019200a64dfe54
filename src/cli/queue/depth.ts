import * as z from 'zod'
import { openConfig } from '../../config/load.ts'
import { openSettings } from '../../secrets/open-settings.ts'
import { defineCommand } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { eventsFlag, openEventQueue, openQueue } from '../open-queue.ts'
import { flag } from '../options.ts'
import { formatTable } from '../table.ts'

const count = z.int().min(0).nullable()

/** What `queue depth --json` writes. docs/commands.md explains each key. */
export const depthLine = z.object({
  waiting: z.int().min(0),
  inFlight: count,
  delayed: count,
  dead: count,
  oldestSeconds: z.number().min(0).nullable(),
})

export const queueDepth = defineCommand({
  name: 'queue depth',
  about: 'Says how many messages the configured queue holds. Transports count approximately.',
  options: z.object({ events: eventsFlag, json: flag('one JSON object') }),
  details: `waiting: visible now. in flight: with a worker. delayed: not visible before a time. dead: in the dead-letter queue.
oldest: seconds since the oldest message that waits was sent.
A number that the transport does not tell is null.

Login: none for a queue beside the database. For a queue in Postgres, one that may read it.`,
  async run({ options: { events, json }, terminal }) {
    const queue = await (events ? openEventQueue : openQueue)(await openConfig(openSettings))
    try {
      const { waiting, inFlight, delayed, dead, oldestAge } = await queue.depth()
      const oldestSeconds = oldestAge === null ? null : Math.round(oldestAge)
      if (json) terminal.print(JSON.stringify(depthLine.parse({ waiting, inFlight, delayed, dead, oldestSeconds })))
      else terminal.print(formatTable([{ waiting, 'in flight': inFlight, delayed, dead, 'oldest s': oldestSeconds }]))
      return exitCodes.done
    } finally {
      await queue.close()
    }
  },
})
