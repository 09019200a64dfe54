import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { hostname } from 'node:os'
import { systemClock } from './clock.ts'
import { openConfig } from './config/load.ts'
import type { Log } from './log/log.ts'
import { createPlainLog } from './log/plain.ts'
import { consume } from './queue/consume.ts'
import { intakeOptions } from './queue/intake-options.ts'
import { openIntake } from './queue/open-intake.ts'
import { createRetry } from './queue/retry.ts'
import { openSettings } from './secrets/open-settings.ts'
import { openWorker } from './worker.ts'

/*
 * The long-running entry: it receives from its queue by itself until SIGTERM or SIGINT. Then its jobs pause, their messages
 * are sent again, and the process exits with 0. Exit code 1: it could not start.
 */

/** Kubernetes kills a container 30 s after SIGTERM, Docker after 10 s. What is not done by then comes back with its lock. */
const longestStopMs = 9_000

run(watchSignals()).then(
  () => process.exit(0),
  (error) => {
    createPlainLog('error').error('the worker could not start', { event: 'worker_not_started' }, error)
    process.exit(1)
  },
)

async function run(shutdown: AbortSignal): Promise<void> {
  const config = await openConfig(openSettings)
  const log = createPlainLog(config.Log.Level)
  const withRetry = createRetry(shutdown, { clock: systemClock, log })
  const options = intakeOptions(config)
  const intake = await withRetry(() => openIntake(options))
  if (!intake) return
  const name = `billing-sync ${hostname().slice(0, 24)} ${process.pid} ${randomUUID().slice(0, 8)}`
  const worker = await openWorker(config, { log, queue: intake, name, shutdown })
  log.info('the worker receives messages', { event: 'worker_started', count: worker.concurrency })
  shutdown.addEventListener('abort', () => exitInTime(log))
  await consume({ intake, worker, withRetry }, shutdown)
  await intake.close()
  await worker.close()
  log.info('the worker has stopped', { event: 'worker_stopped' })
}

/** Aborted by the first SIGTERM or SIGINT. A second one changes nothing: the end is near anyway. */
function watchSignals(): AbortSignal {
  const controller = new AbortController()
  // Each job in progress listens to the signal.
  setMaxListeners(0, controller.signal)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => controller.abort())
  return controller.signal
}

/** A queue or a database that does not answer must not keep the process until it is killed. */
function exitInTime(log: Log): void {
  setTimeout(() => {
    log.warn('the worker stops before all is confirmed; the queue delivers the rest again', { event: 'worker_stopped' })
    process.exit(0)
  }, longestStopMs).unref()
}
