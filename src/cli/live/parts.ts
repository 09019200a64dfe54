import { systemClock } from '../../clock.ts'
import type { Config } from '../../config/load.ts'
import { type Certificates, createCertificates } from '../../live/certificates.ts'
import { consumeEvents } from '../../live/consume.ts'
import type { Settlement } from '../../live/settlement.ts'
import { openLiveWorker } from '../../live-worker.ts'
import { type Envelope, enclose, endpoint } from '../../local/envelopes.ts'
import type { LiveAccount } from '../../local/live-account.ts'
import { openQueue } from '../../local/queue.ts'
import type { Log } from '../../log/log.ts'
import { eventBatch, eventIntakeOptions, maxEventReceives } from '../../queue/intake-options.ts'
import type { Message } from '../../queue/message.ts'
import { openIntake } from '../../queue/open-intake.ts'
import { createRetry } from '../../queue/retry.ts'
import type { ProviderEvent } from '../../sandbox/server/announcements.ts'
import { openServer } from '../../server/open.ts'
import { openWebhookReceiver } from '../../webhook-receiver.ts'

/** The events queue, what receives webhooks, and what applies events, as a container has them. */
export interface LiveParts {
  /** Where the receiver takes webhooks. */
  readonly receiver: string
  /** @throws Error in words if the receiver refuses it */
  send(event: ProviderEvent, envelope: Envelope): Promise<void>
  close(): Promise<void>
}

interface PartsOptions {
  readonly provider: string
  readonly live: LiveAccount
  readonly log: Log
  /** Told what became of each batch, once it is committed. */
  onSettled(settlements: ReadonlyMap<Message, Settlement>): void
}

export async function openLiveParts(
  stackConfig: Config,
  { provider, live, log, onSettled }: PartsOptions,
): Promise<LiveParts> {
  const queue = await openQueue({
    name: 'billing-sync-events',
    visibilityTimeoutSeconds: 60,
    maxReceiveCount: maxEventReceives,
  })
  const Queue = {
    ...stackConfig.Queue,
    EventsUrl: queue.url,
    EventsDeadLetterUrl: queue.deadLetterUrl,
    Endpoint: queue.endpoint,
  }
  const config = { ...stackConfig, Queue }
  const options = eventIntakeOptions(config)
  if (!options) throw new Error('live: there is no events queue')
  const certificates = certificatesOf(live)
  const name = `local events ${process.pid}`
  const ending = new AbortController()
  const [intake, sending] = await Promise.all([openIntake(options), openIntake(options)])
  const worker = await openLiveWorker(config, { log, name, certificates })
  const receiver = await openWebhookReceiver(config, { log, name, queue: sending, certificates })
  const posts = [{ prefix: '/events/', mostBytes: 1_048_576, receive: receiver.receive }] as const
  const server = await openServer('127.0.0.1:0', [], posts)
  const work = async (messages: readonly Message[]) => {
    const settlements = await worker.work(messages)
    onSettled(settlements)
    return settlements
  }
  const withRetry = createRetry(ending.signal, { clock: systemClock, log })
  const { lockSeconds } = options
  const consuming = consumeEvents({ intake, work, withRetry, most: eventBatch, lockSeconds, log }, ending.signal)
  const post = async (event: ProviderEvent) => {
    const url = `${server.address}/events/${provider}/${endpoint}`
    const answer = await fetch(url, { method: 'POST', headers: live.sign(event), body: event.body })
    if (!answer.ok) throw new Error(`receiver: ${answer.status} ${(await answer.text()).trim()} (${event.type})`)
    await answer.text()
  }
  return {
    receiver: `${server.address}/events/${provider}/${endpoint}`,
    async send(event, envelope) {
      if (envelope === 'receiver') return await post(event)
      const { body, attributes = {} } = enclose(envelope, provider, { event, signed: live.sign(event) })
      await queue.send(body, { attributes })
    },
    async close() {
      ending.abort()
      await server.close()
      await consuming
      await Promise.all([intake.close(), sending.close(), receiver.close(), worker.close()])
      await queue.close()
    },
  }
}

/** Certificates of the sandbox are those of its own authority, at the address that its events name. */
function certificatesOf({ certificates: signs }: LiveAccount): Certificates | undefined {
  if (!signs) return undefined
  return createCertificates({
    roots: [signs.root],
    now: systemClock.now,
    fetch: async (url) => (url.href === signs.url ? signs.chain : null),
  })
}
