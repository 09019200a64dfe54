import { liveSetup } from './live-setup.ts'
import type { StripeEvent } from './stripe-event.ts'

export const start = Date.UTC(2026, 9, 1) / 1_000

/** A few objects that change in October, while the machine's clock says what it says. */
export async function changed(options: Parameters<typeof liveSetup>[0] = {}) {
  const live = await liveSetup({ sandbox: { customers: 5, now: start, olderEvents: 0 }, ...options })
  const [customer] = live.sandbox.expected('customers')
  const id = customer?.id ?? ''
  const update = (fields: Readonly<Record<string, unknown>>, seconds = 0) => {
    live.sandbox.advance(seconds)
    live.sandbox.update('customers', id, fields)
  }
  const stored = () =>
    live.query(`select raw ->> 'name' as name, observed_at, deleted_at from customers where id = $1`, [id])
  const latest = async (count: number): Promise<StripeEvent[]> => (await live.events()).slice(-count)
  const count = async () =>
    (
      await live.query(
        `select sum(received)::int as received, sum(applied)::int as applied, sum(unchanged)::int as unchanged,
        sum(tied)::int as tied, sum(retrieved)::int as retrieved, sum(rejected)::int as rejected, sum(skipped)::int as skipped
        from sync_event_counts where tenant_id = $1`,
        [live.tenantId],
      )
    )[0]
  /** The event that brought this name. */
  const named = async (name: string): Promise<StripeEvent> => {
    const event = (await live.events()).find(({ data }) => data.object.name === name)
    if (!event) throw new Error(`no event has ${name}`)
    return event
  }
  return { ...live, id, update, stored, latest, named, count }
}
