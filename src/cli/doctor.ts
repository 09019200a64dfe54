import * as z from 'zod'
import { defineCommand } from './command.ts'
import { checkDatabase } from './doctor/database.ts'
import { checkErasures } from './doctor/erasures.ts'
import { type Finding, finding } from './doctor/finding.ts'
import { checkProviders } from './doctor/providers.ts'
import { checkEventQueue, checkQueue } from './doctor/queue.ts'
import { checkSchedules } from './doctor/schedules.ts'
import { checkSecrets } from './doctor/secrets.ts'
import { checkSettings } from './doctor/settings.ts'
import { checkWebhooks } from './doctor/webhooks.ts'
import { exitCodes } from './exit-codes.ts'
import { flag } from './options.ts'
import type { Terminal } from './terminal.ts'
import { wrap } from './wrap.ts'

/** Checks what a worker with this configuration needs. Changes nothing. */
export const doctor = defineCommand({
  name: 'doctor',
  about: `Checks what a worker with this configuration needs: settings, database, queues, the receiver and its signing secrets, schedules, requests to erase and to
export, secrets, and each configured provider's key with its permissions. Each line is ok, warn or fail, with what to do.
Changes nothing.`,
  options: z.object({
    offline: flag('ask no provider'),
    json: flag('one JSON object for each line'),
  }),
  details: `Asks each provider that has a configured key for its account and for one item of each default resource, a request each.
Ends with 1 if a line is fail.

Reads the secrets that schedules and accounts with a route refer to.

Login: the worker's, so that its rights are checked. As a member of billing_sync_reader it also reads the secrets of the
newest jobs.`,
  async run({ options: { offline, json }, terminal }) {
    let isWell = true
    for await (const result of check(offline)) {
      isWell &&= result.status !== 'fail'
      if (json) terminal.print(JSON.stringify(finding.parse(result)))
      else printFinding(result, terminal)
    }
    return isWell ? exitCodes.done : exitCodes.failed
  },
})

async function* check(offline: boolean): AsyncGenerator<Finding> {
  const { findings, config } = await checkSettings()
  yield* findings
  if (!config) return
  yield* checkDatabase(config)
  yield* checkQueue(config)
  yield* checkEventQueue(config)
  yield* checkWebhooks(config)
  yield* checkSchedules(config)
  yield* checkErasures(config)
  yield* checkSecrets(config)
  if (!offline) yield* checkProviders(config, new AbortController().signal)
}

const width = 100

function printFinding({ about, status, message, do: action }: Finding, { print }: Terminal): void {
  const indent = ' '.repeat(20)
  const lines = wrap(message, width)
  const advice = action === null ? [] : wrap(`→ ${action}`, width)
  print(`  ${status.padEnd(4)}  ${about.padEnd(10)}  ${[...lines, ...advice].join(`\n${indent}`)}`)
}
