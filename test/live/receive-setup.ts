import { createHmac, randomUUID } from 'node:crypto'
import { SyncError } from '../../src/errors.ts'
import { follow } from '../../src/live/follow.ts'
import type { Applied, LiveEvent, Route } from '../../src/live/live-event.ts'
import { receive } from '../../src/live/receive.ts'
import { openRoutes, type RoutedAccount } from '../../src/live/routes.ts'
import { settle } from '../../src/live/settlement.ts'
import { providerLiveEvents } from '../../src/providers/live.ts'
import type { Message } from '../../src/queue/message.ts'
import type { DeadLetter } from '../../src/queue/queue.ts'
import type { SettledEvent } from '../../src/telemetry/live.ts'
import { collectLog } from '../support/collected-log.ts'
import { openTestDatabase } from '../support/database.ts'

export const sentAt = new Date('2026-11-28T13:43:10.100Z')
export const secret = 'whsec_current'

const noEvents = { received: 0, applied: 0, unchanged: 0, tied: 0, retrieved: 0, rejected: 0, skipped: 0 }

/** What receives events, with a database and a clock of its own, and an `apply` that notes what it is given. */
export async function openReceiving() {
  const { query, worker } = await openTestDatabase()
  const tenantId = randomUUID()
  let now = sentAt.getTime() + 200
  const applied: { account: RoutedAccount; events: readonly LiveEvent[] }[] = []
  const hidden: { id: string; seconds: number }[] = []
  const letters: DeadLetter[] = []
  const measured: SettledEvent[] = []
  const failures: string[] = []
  const requested: string[] = []
  let requesting = async () => {}
  const log = collectLog()
  let answer = async (events: readonly LiveEvent[]): Promise<Applied> => ({
    committed: events.map(({ messageId }) => messageId),
    later: [],
    deadLettered: [],
    counts: noEvents,
  })
  const opened: string[] = []
  let stored: Readonly<Record<string, string>> = { 'ssm:/whsec': secret }
  const deps = {
    routes: openRoutes(worker, () => now),
    openSecret: async (_account: RoutedAccount, reference: string, refused?: string) => {
      opened.push(refused === undefined ? reference : `${reference} again`)
      const value = stored[reference]
      if (value === undefined) throw new SyncError('retry', 'secret_unavailable', 'secret: it cannot be read now.')
      return value
    },
    configured: () => [],
    certificates: { open: async () => null },
    live: providerLiveEvents,
    apply: async (account: RoutedAccount, events: readonly LiveEvent[]) => {
      applied.push({ account, events })
      return answer(events)
    },
    follow: (account: RoutedAccount, lifecycle: Parameters<typeof follow>[1]) =>
      follow(account, lifecycle, { tenant: worker.tenant, log }),
    requestIncremental: async ({ account }: Route) => {
      await requesting()
      requested.push(account)
    },
    now: () => now,
    log,
    telemetry: {
      settled: (events: readonly SettledEvent[]) => void measured.push(...events),
      answered: () => {},
      cannotWork: (reason: string) => void failures.push(reason),
    },
  }
  const queue = {
    giveBack: async ({ id }: Message, seconds: number) => void hidden.push({ id, seconds }),
    deadLetter: async (letter: DeadLetter) => void letters.push(letter),
  }
  return {
    query,
    tenantId,
    applied,
    hidden,
    letters,
    measured,
    failures,
    requested,
    opened,
    lines: () => log.lines().filter(({ level }) => level !== 'debug'),
    /** Receives messages, and returns what the queue is told of each. */
    async receive(...messages: readonly Message[]) {
      const settlements = await receive(messages, deps)
      const acks: Record<string, string> = {}
      for (const [message, settlement] of settlements)
        acks[message.id] = await settle(message, settlement, { queue, log })
      return acks
    },
    requesting(next: typeof requesting) {
      requesting = next
    },
    pass(ms: number) {
      now += ms
    },
    answering(next: typeof answer) {
      answer = next
    },
    storing(secrets: typeof stored) {
      stored = secrets
    },
    /** Adds an account with a route. */
    async route(
      route: string,
      { account = 'acct_1A', tenant = tenantId, provider = 'stripe', secrets = ['ssm:/whsec'] } = {},
    ) {
      await query(
        `insert into sync_accounts (tenant_id, provider, account, webhook_secrets) values ($1, $2, $3, $4) on conflict do nothing`,
        [tenant, provider, account, secrets],
      )
      await query(`insert into event_routes (provider, route, tenant_id, account) values ($1, $2, $3, $4)`, [
        provider,
        route,
        tenant,
        account,
      ])
    },
  }
}

let messages = 0
export function message(body: unknown, attributes: Readonly<Record<string, string>> = {}): Message {
  return {
    id: `m-${++messages}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes,
    queue: 'events',
    receiveCount: 1,
    sentAt,
    group: undefined,
    receipt: null,
  }
}

/** A webhook of Stripe as an API without code puts it onto the queue. */
export function webhook(event: object, { key = secret, at = sentAt, endpoint = 'stripe/k7Qw' } = {}): Message {
  const body = JSON.stringify(event)
  const t = Math.floor(at.getTime() / 1_000)
  const v1 = createHmac('sha256', key).update(`${t}.${body}`).digest('hex')
  return message(body, { endpoint, 'stripe-signature': `t=${t},v1=${v1}` })
}
