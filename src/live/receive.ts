import { asSyncError, SyncError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import { isLifecycle, type Lifecycle, type LiveEvents } from '../provider/live.ts'
import type { Message } from '../queue/message.ts'
import type { LiveTelemetry, SettledEvent } from '../telemetry/live.ts'
import { type AuthenticationDeps, authenticate } from './authenticate.ts'
import { type Incoming, unwrap } from './envelopes.ts'
import type { Applied, LiveEvent, Route } from './live-event.ts'
import type { RoutedAccount, Routes } from './routes.ts'
import type { Settlement } from './settlement.ts'
import { refusal, secondsToHide, unknownRoute } from './verdicts.ts'

export interface ReceiveDeps extends AuthenticationDeps {
  readonly routes: Routes
  /** The live events of a provider; null if there are none. */
  live(provider: string): Promise<LiveEvents | null>
  apply(account: RoutedAccount & { readonly state: Route['state'] }, events: readonly LiveEvent[]): Promise<Applied>
  /** Carries out what an event says about the account itself or a person. @throws an error of the database */
  follow(account: RoutedAccount, lifecycle: Lifecycle): Promise<void>
  /** Has an incremental job of the account sent soon, which reads what a dead letter would have told. @throws an error of the database */
  requestIncremental(account: Route): Promise<void>
  /** Milliseconds since 1970. */
  now(): number
  readonly log: Log
  readonly telemetry?: LiveTelemetry | undefined
}

type Readable = Exclude<Incoming, { kind: 'unreadable' }> & {
  readonly message: Message
  readonly live: LiveEvents
  readonly route: string
}
type Routed = Readable & { readonly account: RoutedAccount }

/**
 * Works on a batch of messages of the events queue: unwraps each, finds its account, authenticates it, and applies the events
 * of an account in one transaction. A failure of one account concerns no other. Never rejects.
 */
export async function receive(
  messages: readonly Message[],
  deps: ReceiveDeps,
): Promise<ReadonlyMap<Message, Settlement>> {
  const settlements = new Map<Message, Settlement>()
  const outcomes: SettledEvent[] = []
  const settle: Settle = (message, settlement, provider = 'none', outcome) => {
    settlements.set(message, settlement)
    outcomes.push(outcomeOf(message, settlement, { provider, outcome, now: deps.now() }))
  }
  try {
    const readable = await readAll(messages, deps, settle)
    const routed = await routeAll(readable, deps, settle)
    await Promise.all([...byAccount(routed)].map((events) => applyAll(events, deps, settle)))
  } catch (error) {
    // The routes could not be read: the database is away.
    deps.telemetry?.cannotWork('events_failed')
    deps.log.error(
      'a batch of events could not be worked on; the queue delivers it again',
      { event: 'events_failed' },
      error,
    )
  }
  for (const message of messages)
    if (!settlements.has(message)) settle(message, { kind: 'hide', seconds: secondsToHide(message) })
  deps.telemetry?.settled(outcomes)
  return settlements
}

type Settle = (message: Message, settlement: Settlement, provider?: string, outcome?: 'skipped') => void

function outcomeOf(
  { sentAt }: Message,
  settlement: Settlement,
  {
    provider,
    outcome,
    now,
  }: { readonly provider: string; readonly outcome: 'skipped' | undefined; readonly now: number },
): SettledEvent {
  const base = { provider, code: null, lagMs: null }
  switch (settlement.kind) {
    case 'hide':
      return { ...base, outcome: 'hidden' }
    case 'dead-letter':
      return { ...base, outcome: 'dead', code: settlement.error.code }
    case 'acknowledge':
      if (outcome) return { ...base, outcome }
      return { ...base, outcome: 'applied', lagMs: sentAt ? now - sentAt.getTime() : null }
  }
}

async function readAll(messages: readonly Message[], deps: ReceiveDeps, settle: Settle): Promise<readonly Readable[]> {
  const readable: Readable[] = []
  for (const message of messages) {
    const incoming = unwrap(message)
    const live = incoming.kind === 'unreadable' ? null : await deps.live(incoming.provider)
    if (incoming.kind === 'unreadable') settle(message, deadLetter(incoming.error))
    else if (!live) settle(message, deadLetter(withoutEvents(incoming.provider)))
    else
      readable.push({ ...incoming, message, live, route: live.route(incoming.event, incoming.arrived).slice(0, 512) })
  }
  return readable
}

async function routeAll(readable: readonly Readable[], deps: ReceiveDeps, settle: Settle): Promise<readonly Routed[]> {
  const accounts = await deps.routes.find(readable)
  const routed: Routed[] = []
  const checks = readable.map(async (event, at) => {
    const { message } = event
    const account = accounts[at] ?? null
    if (account === null) return settle(message, unknownRoute(event, deps.now()), event.provider)
    const error = await refusalOf(event, account, deps)
    if (error?.verdict === 'retry')
      return settle(message, { kind: 'hide', seconds: secondsToHide(message) }, event.provider)
    if (error) return giveUp({ ...event, account }, error, { deps, settle })
    if (account.state === 'active') routed.push({ ...event, account })
    else settle(message, { kind: 'acknowledge' }, event.provider, 'skipped')
  })
  await Promise.all(checks)
  return routed
}

/** Null if the event is genuine. */
async function refusalOf(event: Readable, account: RoutedAccount, deps: ReceiveDeps): Promise<SyncError | null> {
  if (event.kind === 'trusted') return null
  const { provider, arrived, body, message, live } = event
  try {
    const receivedAt = message.sentAt ?? new Date(deps.now())
    return refusal(event, await authenticate({ arrived, body, receivedAt }, { provider, account, live }, deps))
  } catch (error) {
    const failure = asSyncError(error)
    deps.log.warn(
      'an event could not be authenticated; the queue delivers it again',
      { event: 'event_not_authenticated', messageId: message.id, code: failure.code },
      error,
    )
    return new SyncError('retry', failure.code, failure.message)
  }
}

async function applyAll(events: readonly Routed[], deps: ReceiveDeps, settle: Settle): Promise<void> {
  const [first] = events
  if (!first) return
  const { account } = first
  const about = { tenantId: account.tenantId, provider: account.provider }
  try {
    const changes: LiveEvent[] = []
    for (const { message, live, event, arrived } of events) {
      const change = live.read(event, arrived)
      if (change && isLifecycle(change)) {
        await deps.follow(account, change)
        settle(message, { kind: 'acknowledge' }, account.provider)
      } else changes.push({ messageId: message.id, sentAt: message.sentAt ?? new Date(deps.now()), change })
    }
    if (changes.length === 0) return
    const applied = await deps.apply({ ...account, state: 'active' }, changes)
    await settleApplied(events, applied, { deps, settle })
    deps.log.debug('events are committed', { event: 'events_committed', ...about, count: applied.committed.length })
  } catch (error) {
    const { code } = asSyncError(error)
    deps.log.warn(
      'events of an account are not committed; the queue delivers them again',
      { event: 'events_failed', ...about, code },
      error,
    )
  }
}

interface Giving {
  readonly deps: ReceiveDeps
  readonly settle: Settle
}

async function settleApplied(
  events: readonly Routed[],
  { committed, later, deadLettered }: Applied,
  { deps, settle }: Giving,
): Promise<void> {
  const known = new Map(events.map((event) => [event.message.id, event]))
  const tell = (id: string, settlement: Settlement) => {
    const event = known.get(id)
    if (event) settle(event.message, settlement, event.provider)
  }
  for (const id of committed) tell(id, { kind: 'acknowledge' })
  for (const { messageId, seconds } of later) tell(messageId, { kind: 'hide', seconds })
  for (const { messageId, error } of deadLettered) {
    const event = known.get(messageId)
    if (event) await giveUp(event, asDeadLetter(error), { deps, settle })
  }
}

/** Makes an event a dead letter. A job of its account reads what the event would have told, and is asked for before. */
async function giveUp(event: Routed, error: SyncError, { deps, settle }: Giving): Promise<void> {
  const { account, message, provider, route } = event
  try {
    if (account.state === 'active') await deps.requestIncremental({ ...account, state: 'active' })
  } catch (failure) {
    const { code } = asSyncError(failure)
    const about = { tenantId: account.tenantId, provider, messageId: message.id }
    deps.log.warn(
      'no job could be asked for in place of an event; the queue delivers the event again',
      { event: 'events_failed', ...about, code },
      failure,
    )
    return settle(message, { kind: 'hide', seconds: secondsToHide(message) }, provider)
  }
  settle(message, deadLetter(error, `${provider} ${route}`), provider)
}

const asDeadLetter = (error: Error) =>
  error instanceof SyncError
    ? error
    : new SyncError(
        'unreadable',
        'event_not_applied',
        'event: it could not be written. Report a bug with the line of the log.',
        { cause: error },
      )

function* byAccount(events: readonly Routed[]): Generator<readonly Routed[]> {
  const accounts = new Map<string, Routed[]>()
  for (const event of events) {
    const { tenantId, provider, account } = event.account
    const key = `${tenantId} ${provider} ${account}`
    accounts.set(key, [...(accounts.get(key) ?? []), event])
  }
  yield* accounts.values()
}

const deadLetter = (error: SyncError, origin = 'unknown'): Settlement => ({ kind: 'dead-letter', error, origin })

const withoutEvents = (provider: string) =>
  new SyncError(
    'unreadable',
    'event_unreadable',
    `event: the worker knows no live events of "${provider}". Correct the address of the endpoint.`,
  )
