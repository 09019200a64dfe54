import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { hostname } from 'node:os'
import { systemClock } from './clock.ts'
import { type Config, openConfig } from './config/load.ts'
import { openDatabase } from './db/open.ts'
import { createReadiness } from './db/readiness.ts'
import { consumeEvents } from './live/consume.ts'
import { openLiveWorker } from './live-worker.ts'
import type { Log } from './log/log.ts'
import { createPlainLog } from './log/plain.ts'
import { openConfiguredPage, showsNothing } from './page/configured.ts'
import { consume, pulseLimits } from './queue/consume.ts'
import { eventBatch, eventIntakeOptions, intakeOptions } from './queue/intake-options.ts'
import { openIntake } from './queue/open-intake.ts'
import { createPulse, type Pulse } from './queue/pulse.ts'
import type { Intake, Queue } from './queue/queue.ts'
import { createRetry, type WithRetry } from './queue/retry.ts'
import { transportOf } from './queue/transport-name.ts'
import { keepTicking } from './schedule/keep-ticking.ts'
import { openGauges } from './schedule/open-gauges.ts'
import { openSettings } from './secrets/open-settings.ts'
import { type OpenServer, openServer } from './server/open.ts'
import { probeRoutes } from './server/probes.ts'
import type { Route } from './server/route.ts'
import { publishEventsQueue, publishGauges } from './telemetry/gauges.ts'
import { createLiveTelemetry } from './telemetry/live.ts'
import { messagingSystems } from './telemetry/messaging-system.ts'
import type { Meters } from './telemetry/meter.ts'
import { metricsRoute } from './telemetry/metrics-route.ts'
import { openSpans } from './telemetry/open-spans.ts'
import { createRegistry, type Registry } from './telemetry/prometheus.ts'
import { createTelemetry } from './telemetry/telemetry.ts'
import { openWebhookReceiver } from './webhook-receiver.ts'
import { openWorker, type Worker } from './worker.ts'

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
  shutdown.addEventListener('abort', () => exitInTime(log))
  const pulse = createPulse(systemClock, pulseLimits)
  const registry = createRegistry()
  const telemetry = createTelemetry({
    meters: registry,
    system: messagingSystems[transportOf(config.Queue.Url ?? '') ?? 'sqs'],
    lanes: config.Worker.Concurrency,
    startSpan: await openSpans(),
    now: Date.now,
  })
  const metrics = readMetrics(config, registry)
  const server = await serveRoutes(config, { pulse, log, shutdown, metrics: metrics.route })
  const withRetry = createRetry(shutdown, { clock: systemClock, log })
  const options = intakeOptions(config)
  const intake = await withRetry(() => pulse.call(() => openIntake(options)))
  if (!intake) return await server?.close()
  metrics.use(intake)
  const name = `billing-sync ${hostname().slice(0, 24)} ${process.pid} ${randomUUID().slice(0, 8)}`
  const worker = await openWorker(config, { log, queue: intake, name, shutdown, telemetry })
  const page = await servePage(config, { worker, intake, log })
  const webhooks = await serveWebhooks(config, { name, log, withRetry, meters: registry })
  log.info('the worker receives messages', { event: 'worker_started', count: worker.concurrency })
  const ticking = config.Schedules.Tick ? sendScheduled(config, intake, log, shutdown) : undefined
  const watch = metrics.useEvents
  const events = applyEvents(config, { name, log, withRetry, meters: registry, watch }, shutdown)
  await Promise.all([consume({ intake, worker, withRetry, pulse }, shutdown), events])
  await ticking
  await page?.close()
  await webhooks?.close()
  await intake.close()
  await worker.close()
  await server?.close()
  await metrics.close()
  log.info('the worker has stopped', { event: 'worker_stopped' })
}

/**
 * The routes of this process, at `Worker.Listen`. The server is there before the queue and the database are, so that a
 * probe can say which of them is missing.
 */
async function serveRoutes(
  config: Config,
  { pulse, log, shutdown, metrics }: RouteDeps,
): Promise<OpenServer | undefined> {
  const { Listen: listen } = config.Worker
  if (listen === undefined) return undefined
  const readiness = createReadiness(config.database, systemClock.now)
  const routes: readonly Route[] = [...probeRoutes({ pulse, database: readiness.missing, shutdown }), metrics]
  const server = await openServer(listen, routes)
  log.info(`the worker answers probes at ${server.address}`, { event: 'probes_served' })
  return server
}

/** The route of the metrics. Its gauges are read when a collector asks, on connections of their own. */
function readMetrics(config: Config, registry: Registry) {
  const gauges = openGauges(config.database)
  let queue: Pick<Intake, 'depth'> | undefined
  let events: Pick<Intake, 'depth'> | undefined
  const read = async () => {
    if (events) publishEventsQueue(registry, await events.depth().catch(() => null))
    publishGauges(registry, await gauges.read(queue))
  }
  return {
    route: metricsRoute({ registry, read, now: systemClock.now }),
    use(intake: Pick<Intake, 'depth'>) {
      queue = intake
    },
    useEvents(intake: Pick<Intake, 'depth'>) {
      events = intake
    },
    close: gauges.close,
  }
}

interface RouteDeps {
  readonly pulse: Pulse
  readonly metrics: Route
  readonly log: Log
  readonly shutdown: AbortSignal
}

/** The page, if `Page.Listen` is set. The worker works on jobs, whatever the page shows. */
async function servePage(config: Config, { worker, intake, log }: PageDeps) {
  if (config.Page.Listen === undefined) return undefined
  const page = await openConfiguredPage(config, { resources: worker.resources, queue: intake })
  log.info(`the page is at ${page.address}`, { event: 'page_served' })
  const warn = (reason: string) => log.warn(reason, { event: 'page_shows_nothing' })
  // A database that is away is no matter of the page.
  const looked = showsNothing(config).catch(() => null)
  looked.then((reason) => reason !== null && warn(reason))
  return page
}

interface PageDeps {
  readonly worker: Worker
  readonly intake: Intake
  readonly log: Log
}

/** The receiver of webhooks, if `Receiver.Listen` is set. It has a port of its own: strangers may reach it, and not the metrics. */
async function serveWebhooks(config: Config, { name, log, withRetry, meters }: EventDeps) {
  const { Listen: listen } = config.Receiver
  const options = eventIntakeOptions(config)
  if (listen === undefined) return undefined
  if (!options) throw new Error('receiver: Receiver.Listen is set without Queue.EventsUrl. Set the address of a queue.')
  const queue = await withRetry(() => openIntake(options))
  if (!queue) return undefined
  const receiver = await openWebhookReceiver(config, { name, log, queue, telemetry: createLiveTelemetry(meters) })
  const server = await openServer(listen, [], [{ prefix: '/events/', mostBytes: 1_048_576, receive: receiver.receive }])
  log.info(`the worker receives webhooks at ${server.address}/events/`, { event: 'receiver_served' })
  return {
    async close() {
      await server.close()
      await receiver.close()
      await queue.close()
    },
  }
}

/** Applies live events until `shutdown` is aborted, if `Queue.EventsUrl` is set. */
async function applyEvents(
  config: Config,
  { name, log, withRetry, meters, watch }: EventDeps & { watch(intake: Pick<Intake, 'depth'>): void },
  shutdown: AbortSignal,
): Promise<void> {
  const options = eventIntakeOptions(config)
  const intake = options && (await withRetry(() => openIntake(options)))
  if (!intake) return
  watch(intake)
  const worker = await openLiveWorker(config, { name, log, telemetry: createLiveTelemetry(meters) })
  const { lockSeconds } = options
  await consumeEvents({ intake, work: worker.work, withRetry, most: eventBatch, lockSeconds, log }, shutdown)
  await intake.close()
  await worker.close()
}

interface EventDeps {
  readonly name: string
  readonly log: Log
  readonly withRetry: WithRetry
  readonly meters: Meters
}

/** Sends the jobs of schedules until `shutdown` is aborted, on a connection of its own. Never rejects. */
function sendScheduled(config: Config, queue: Queue, log: Log, shutdown: AbortSignal): Promise<void> {
  const open = () => openDatabase(config.database, { connections: 1, applicationName: 'billing-sync tick' })
  return keepTicking({ open, queue, log, clock: systemClock }, shutdown)
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
