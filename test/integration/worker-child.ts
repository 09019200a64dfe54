import type { SQSEvent } from 'aws-lambda'
import { readConfig } from '../../src/config/load.ts'
import { inProcess } from '../../src/local/event-source.ts'
import { silentLog } from '../../src/log/log.ts'
import { openSqsWorker } from '../support/sqs-worker.ts'

/** The worker as a process of its own: an event in, its answer out, over the channel to the parent. */
const config = readConfig({ environment: process.env, file: undefined })
const worker = await openSqsWorker(config, { log: silentLog, name: `child ${process.pid}` })
process.on('message', async ({ event, timeoutMs }: { readonly event: SQSEvent; readonly timeoutMs: number }) => {
  process.send?.(await inProcess(worker.handle)(event, timeoutMs))
})
process.send?.('ready')
