import { randomUUID } from 'node:crypto'
import { openConfig } from './config/load.ts'
import { type OpenDatabase, openDatabase } from './db/open.ts'
import { createLambdaLog } from './log/lambda.ts'
import type { Log } from './log/log.ts'
import type { Queue } from './queue/queue.ts'
import { createSqsQueue } from './queue/sqs-on-demand.ts'
import { type OpenGauges, openGauges } from './schedule/open-gauges.ts'
import { type TickReport, tick } from './schedule/tick.ts'
import { openSettings } from './secrets/open-settings.ts'
import { createEmfMeters } from './telemetry/emf.ts'
import { publishGauges } from './telemetry/gauges.ts'
import type { Meters } from './telemetry/meter.ts'

interface Ticker {
  readonly database: OpenDatabase
  readonly queue: Queue
  readonly log: Log
  readonly gauges: OpenGauges
  readonly meters: Meters
}

/** The first invocation of a process opens what a tick needs. A failed start is tried again. */
let opening: Promise<Ticker> | undefined

/**
 * The Lambda entry of the tick, which a rule of EventBridge invokes each minute. It sends the jobs of the schedules that are
 * due, and publishes the gauges. @throws Error if it cannot: the invocation fails, and the next minute has another
 */
export async function handler(): Promise<TickReport> {
  try {
    opening ??= open()
    const ticker = await opening
    const report = await tick(ticker)
    publishGauges(ticker.meters, await ticker.gauges.read())
    return report
  } catch (error) {
    opening = undefined
    createLambdaLog('error').error(
      'a tick could not be made; the next minute has another',
      { event: 'tick_failed' },
      error,
    )
    throw error
  }
}

async function open(): Promise<Ticker> {
  const config = await openConfig(openSettings)
  return {
    database: await openDatabase(config.database, {
      connections: 1,
      applicationName: `billing-sync tick ${randomUUID().slice(0, 8)}`,
    }),
    queue: createSqsQueue(config.Queue),
    log: createLambdaLog(config.Log.Level),
    gauges: openGauges(config.database),
    meters: createEmfMeters({
      namespace: config.Telemetry.Namespace,
      write: (line) => void process.stdout.write(`${line}\n`),
      now: Date.now,
    }),
  }
}
