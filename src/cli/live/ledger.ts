import { unwrap } from '../../live/envelopes.ts'
import type { Settlement } from '../../live/settlement.ts'
import { fields, text } from '../../provider/fields.ts'
import { isLifecycle } from '../../provider/live.ts'
import { providerLiveEvents } from '../../providers/live.ts'
import type { Message } from '../../queue/message.ts'

/** An event that has ended: its rows are committed, or it is a dead letter. */
export interface Ended {
  readonly type: string
  /** What the event is about; null if no resource stores it. */
  readonly row: { readonly resource: string; readonly id: string } | null
  /** Milliseconds from sending to commit. */
  readonly ms: number
  readonly deliveries: number
  /** Why it is a dead letter; null if it is committed. */
  readonly dead: string | null
}

/** What was sent, and what of it is still on its way. */
export interface Ledger {
  sent(id: string, type: string): void
  /** The endpoint did not take the event. */
  refused(id: string, reason: string): void
  /** The account has changed. */
  changed(): void
  /** Why events are no rows: the different reasons. */
  refusals(): readonly string[]
  /** Notes what became of a batch, and returns the events that have ended with it. */
  settled(settlements: ReadonlyMap<Message, Settlement>): Promise<readonly Ended[]>
  counts(): Counts
}

export interface Counts {
  /** Changes of the account. */
  readonly changes: number
  readonly sent: number
  readonly committed: number
  readonly dead: number
  readonly waiting: number
  /** Milliseconds since the oldest that waits was sent. */
  readonly lagMs: number
  /** Milliseconds from sending to commit, of each event. */
  readonly latencies: readonly number[]
}

export function createLedger(now: () => number): Ledger {
  const waiting = new Map<string, { readonly at: number; readonly type: string }>()
  const latencies: number[] = []
  const sums = { sent: 0, dead: 0 }
  let changes = 0
  const refusals = new Set<string>()
  return {
    sent(id, type) {
      sums.sent++
      waiting.set(id, { at: now(), type })
    },
    refused(id, reason) {
      waiting.delete(id)
      sums.dead++
      refusals.add(reason)
    },
    changed: () => void changes++,
    refusals: () => [...refusals],
    async settled(settlements) {
      const at = now()
      const ended: Ended[] = []
      for (const [message, settlement] of settlements) {
        if (settlement.kind === 'hide') continue
        const { id, row } = await read(message)
        const known = waiting.get(id)
        if (!known) continue
        waiting.delete(id)
        const dead = settlement.kind === 'dead-letter' ? settlement.error.message : null
        const ms = at - known.at
        if (dead === null) latencies.push(ms)
        else {
          sums.dead++
          refusals.add(dead)
        }
        ended.push({ type: known.type, row, ms, deliveries: message.receiveCount, dead })
      }
      return ended
    },
    counts() {
      const [oldest] = waiting.values()
      const lagMs = oldest ? now() - oldest.at : 0
      return { changes, ...sums, committed: latencies.length, waiting: waiting.size, lagMs, latencies }
    },
  }
}

/** The event in a message, as the worker reads it. */
async function read(message: Message) {
  const incoming = unwrap(message)
  if (incoming.kind === 'unreadable') return { id: '', row: null }
  const { provider, event, arrived } = incoming
  const { id, event_id } = fields(event.value())
  const change = (await providerLiveEvents(provider))?.read(event, arrived)
  return {
    // Shopify has the id in a header, and in the body that of the object.
    id: arrived.headers['x-shopify-webhook-id'] ?? text(event_id) ?? text(id) ?? '',
    row: change && !isLifecycle(change) ? { resource: change.resource, id: change.id } : null,
  }
}
