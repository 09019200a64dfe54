import { randomUUID } from 'node:crypto'
import { receive } from '../../src/live/receive.ts'
import { receiveWebhook } from '../../src/live/webhook.ts'
import { silentLog } from '../../src/log/log.ts'
import { providerLiveEvents } from '../../src/providers/live.ts'
import { readGauges } from '../../src/schedule/gauges.ts'
import { plantSchedule, secondsFromNow } from '../schedule/plant-schedule.ts'
import { openTestDatabase } from '../support/database.ts'
import type { openObservatory } from './observatory.ts'

/* Faults of live events, each made for an alarm. */

type Observatory = ReturnType<typeof openObservatory>

/** What live events need, for an account that every route leads to. `isAway`: without its database. */
function openLive({ now, liveTelemetry: telemetry }: Observatory, { isAway = false } = {}) {
  const account = {
    tenantId: randomUUID(),
    provider: 'stripe',
    account: 'acct_1A',
    state: 'active',
    reference: null,
    webhookSecrets: [],
    signedFor: null,
  } as const
  const find = async (keys: readonly unknown[]) => {
    if (isAway) throw new Error('the database is away')
    return keys.map(() => account)
  }
  const deps = {
    routes: { find },
    live: providerLiveEvents,
    openSecret: async () => 'whsec_current',
    configured: () => ['whsec_current'],
    certificates: { open: async () => null },
    now,
    log: silentLog,
    telemetry,
  }
  const send = async () => {}
  const apply = async (_: unknown, events: readonly { readonly messageId: string }[]) => ({
    committed: events.map(({ messageId }) => messageId),
    later: [],
    deadLettered: [],
  })
  return {
    /** Receives a message that came to the queue before so many seconds. */
    receive: (body: string, seconds = 0) => {
      const message = { id: randomUUID(), body, attributes: {}, queue: 'events', receiveCount: 1, group: undefined }
      const sentAt = new Date(now() - seconds * 1_000)
      return receive([{ ...message, sentAt, receipt: 'r' }], { ...deps, apply, follow: async () => {} } as never)
    },
    webhook: () =>
      receiveWebhook(
        { path: '/events/stripe/k7Qw', headers: { 'stripe-signature': 't=1,v1=00' }, body: Buffer.from('{}') },
        { ...deps, queue: { send } },
      ),
  }
}

const event = JSON.stringify({
  source: 'aws.partner/stripe.com/ed_61Test',
  detail: { id: 'evt_1', object: 'event', type: 'customer.updated', created: 1_790_000_000, livemode: true },
})

/** A fault for each alarm of live events, by the alarm's name. */
export const eventAlarmScenarios: Readonly<Record<string, (observatory: Observatory) => Promise<void>>> = {
  async EventAgeAlarm(observatory) {
    const live = openLive(observatory)
    await live.receive(event)
    // No worker takes what comes.
    let oldestAge = 0
    await observatory.pass(12, () => {
      observatory.measured('events queue', 'ApproximateAgeOfOldestMessage', oldestAge)
      observatory.publishEvents({ waiting: 1, oldestAge })
      oldestAge += 60
    })
  },
  async EventDeadLettersAlarm(observatory) {
    const live = openLive(observatory)
    let dead = 0
    const look = () => {
      observatory.measured('events dead letters', 'ApproximateNumberOfMessagesVisible', dead)
      observatory.publishEvents({ dead })
    }
    await observatory.pass(6, look)
    for (const { kind } of (await live.receive('no event')).values()) dead += kind === 'dead-letter' ? 1 : 0
    await observatory.pass(6, look)
  },
  async ForgedEventsAlarm(observatory) {
    const live = openLive(observatory)
    await observatory.pass(6)
    await live.webhook()
    await observatory.pass(6)
  },
  async SilentEventsAlarm(observatory) {
    const { query, worker } = await openTestDatabase()
    await plantSchedule(query, { next_at: secondsFromNow(600), events_silent_since: new Date() })
    const gauges = await readGauges({ database: worker })
    await observatory.pass(25, () => observatory.publish(gauges))
  },
  EventErrorsAlarm: (observatory) => observatory.pass(10, () => observatory.measured('events function', 'Errors', 1)),
  EventThrottlesAlarm: (observatory) =>
    observatory.pass(10, () => observatory.measured('events function', 'Throttles', 1)),
  EventDurationAlarm: (observatory) =>
    observatory.pass(10, () => observatory.measured('events function', 'Duration', 51_000)),
  async ReceiverAlarm(observatory) {
    const live = openLive(observatory, { isAway: true })
    await observatory.pass(12, async () => {
      await live.webhook()
      observatory.measured('receiver', 'Url5xxCount', 1)
    })
  },
  ReceiverDurationAlarm: (observatory) =>
    observatory.pass(10, () => observatory.measured('receiver', 'Duration', 5_100)),
}
