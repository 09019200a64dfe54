import { setMaxListeners } from 'node:events'
import { classify, codeOf, databaseFailure } from '../db/errors.ts'
import { openQuarantine } from '../job/commit/quarantine.ts'
import type { WriteResult } from '../job/commit/write.ts'
import type { LiveAccount } from './accounts.ts'
import { type ChangedObject, changedObjects } from './changed-objects.ts'
import { countEvents } from './event-counts.ts'
import type { LiveDeps } from './live-deps.ts'
import type { Applied, LiveCounts, LiveEvent, Route } from './live-event.ts'
import { type Reading, readLiveChange, tieSeconds } from './read-changes.ts'
import { refreshMrr, revenueChange } from './revenue.ts'
import { Unsettled, writeLive } from './write-live.ts'

/** The most transactions for one batch. Each settles more events than the one before, or has lost a race or a deadlock. */
const triesAtMost = 8
/** Seconds until messages come back whose rows other transactions changed at every try. */
const racedSeconds = 1
/** Milliseconds for the requests of one batch. */
const longestReading = 25_000

const noCounts: LiveCounts = {
  received: 0,
  applied: 0,
  unchanged: 0,
  tied: 0,
  retrieved: 0,
  rejected: 0,
  skipped: 0,
}

/**
 * Writes the events of one account in one transaction. No job and no lease: each row says when it was observed, and only a
 * later observation replaces it, so that events may come in any order, several times and beside a job. Objects with two
 * snapshots of one moment are fetched once that moment is over. What cannot be fetched here is left to an incremental job.
 * @throws SyncError if the database does not answer: the messages come back
 */
export async function applyLive(route: Route, events: readonly LiveEvent[], deps: LiveDeps): Promise<Applied> {
  const all = { committed: events.map(({ messageId }) => messageId), later: [], deadLettered: [] }
  const skippedAll = { ...noCounts, received: events.length, skipped: events.length }
  if (route.state !== 'active') return { ...all, counts: skippedAll }
  const account = await deps.accounts.open(route)
  const kept = new Set(account.sources.map(({ name }) => name))
  const stored = events.filter(({ change }) => change && kept.has(change.resource))
  const skipped = events.filter((event) => !stored.includes(event))
  const objects = changedObjects(stored)
  const states = openStates(objects, { account, now: deps.now })
  const written = await writeUntilSettled(route, { account, states, skipped }, deps)
  const accountKey = { tenantId: route.tenantId, provider: route.provider, account: route.account }
  if (written.applied > 0) await refreshMrr(accountKey, revenueChange(objects, states.contents()), deps)
  const reasons = states.all().flatMap(({ reading }) => (reading?.kind === 'by job' ? [reading.reason] : []))
  // Before the messages are acknowledged.
  for (const reason of reasons.slice(0, 1)) await deps.requestIncremental(route, reason)
  const hidden = new Map(
    states
      .all()
      .flatMap(({ reading, object }) =>
        reading?.kind === 'later' ? object.messages.map(({ messageId }) => [messageId, reading.seconds] as const) : [],
      ),
  )
  const later = [...hidden].map(([messageId, seconds]) => ({ messageId, seconds }))
  return { ...all, committed: all.committed.filter((id) => !hidden.has(id)), later, counts: written }
}

interface State {
  readonly object: ChangedObject
  /** Absent: the object is to be read, for the first time or again. */
  reading?: Reading
  /** Whether another snapshot of its moment was seen. */
  isTied: boolean
}

/** What is known of the objects of a batch. */
function openStates(
  objects: readonly ChangedObject[],
  { account, now }: { readonly account: LiveAccount; now(): Date },
) {
  const states = new Map(
    objects.map((object) => [object.key, { object, isTied: object.change.ambiguous } satisfies State as State]),
  )
  const signal = AbortSignal.timeout(longestReading)
  setMaxListeners(0, signal)
  return {
    all: () => [...states.values()],
    keys: () => new Set(states.keys()),
    contents: () =>
      [...states.values()].flatMap(({ reading }) => (reading?.kind === 'content' ? [reading.content] : [])),
    /** Reads the objects that are not known yet, or no longer. */
    async read() {
      const read = async (state: State) => {
        const { object, isTied } = state
        const sentAt = object.messages.reduce((first, { sentAt: at }) => (at < first ? at : first), now())
        const change = { ...object.change, ambiguous: object.change.ambiguous || isTied }
        state.reading = await readLiveChange(change, { account, now: now(), sentAt }, signal)
      }
      await Promise.all([...states.values()].filter(({ reading }) => !reading).map(read))
    },
    /** An object that was fetched because of a tie and is tied again waits until its moment is over. */
    tie(keys: ReadonlySet<string>, isLastTry: boolean) {
      for (const key of keys) {
        const state = states.get(key)
        if (!state) continue
        if (state.isTied || isLastTry) state.reading = { kind: 'later', seconds: tieSeconds }
        else delete state.reading
        state.isTied = true
      }
    },
    /** All messages come again. */
    postpone() {
      for (const state of states.values()) state.reading = { kind: 'later', seconds: racedSeconds }
    },
  }
}

interface Batch {
  readonly account: LiveAccount
  readonly states: ReturnType<typeof openStates>
  readonly skipped: readonly LiveEvent[]
}

async function writeUntilSettled(route: Route, batch: Batch, deps: LiveDeps): Promise<LiveCounts> {
  const { account, states } = batch
  const { tenantId, provider } = route
  const accountKey = { tenantId, provider, account: route.account }
  const quarantine = openQuarantine()
  const objects = states.keys()
  for (let tries = 1; ; tries++) {
    await states.read()
    const contents = states.contents()
    try {
      return await deps.tenant(tenantId).within(async (tx) => {
        const writing = { accountKey, ownership: account.ownership, contents, objects, quarantine }
        const written = await writeLive(tx, { ...writing, isAlone: tries > 1 })
        const { counts, lag } = countBatch(written, batch, deps.now())
        if (written && counts.received > 0) await countEvents(tx, accountKey, { ...counts, ...lag })
        return counts
      })
    } catch (error) {
      const isLastTryNext = tries >= triesAtMost - 1
      if (error instanceof Unsettled) {
        states.tie(error.tied, isLastTryNext)
        if (error.isRaced && isLastTryNext) states.postpone()
      } else if (classify(error) === 'data' && !quarantine.isolate) quarantine.isolate = true
      else if (!mayPass.has(codeOf(error))) throw databaseFailure(error)
      if (tries >= triesAtMost) throw databaseFailure(error)
    }
  }
}

/** A deadlock, and a lock that another transaction held too long: the next try may have the rows. */
const mayPass: ReadonlySet<string | undefined> = new Set(['40P01', '55P03'])

/** What became of the messages that are done with. An object's earlier events count as unchanged. */
function countBatch(written: WriteResult['counts'] | null, { account, states, skipped }: Batch, now: Date) {
  const done = states.all().filter(({ reading }) => reading?.kind !== 'later')
  const messages = [...new Set(done.flatMap(({ object }) => object.messages)), ...skipped]
  const isOfEvent = ({ change, messages: events }: ChangedObject) =>
    events.some((event) => event.change?.resource === change.resource)
  const resources = new Set(done.flatMap(({ object }) => (isOfEvent(object) ? [object.change.resource] : [])))
  let applied = 0
  let rejected = 0
  for (const [resource, { created, updated, deleted, rejected: refused }] of Object.entries(written ?? {})) {
    if (!resources.has(resource)) continue
    applied += created + updated + deleted
    rejected += refused
  }
  const lags = messages.map(({ sentAt }) => Math.max(0, now.getTime() - sentAt.getTime()))
  const counts: LiveCounts = {
    received: messages.length,
    applied,
    unchanged: Math.max(0, messages.length - skipped.length - applied - rejected),
    tied: done.filter(({ isTied }) => isTied).reduce((sum, { object }) => sum + object.messages.length, 0),
    retrieved: account.requests(),
    rejected,
    skipped: skipped.length,
  }
  return { counts, lag: { lagMsSum: lags.reduce((sum, lag) => sum + lag, 0), lagMsMax: Math.max(0, ...lags) } }
}
