import { Item } from '../../src/json/item.ts'
import { RawJson } from '../../src/json/raw-json.ts'
import type { LiveEvent } from '../../src/live/live-event.ts'
import { isLifecycle } from '../../src/provider/live.ts'
import { read } from '../../src/providers/stripe/live/read.ts'

export interface StripeEvent {
  readonly id: string
  readonly type: string
  readonly created: number
  readonly api_version?: string
  readonly data: { readonly object: Readonly<Record<string, unknown>> }
}

/** The event as `receive` would hand it over, with a message of its own. `edit` changes its text. */
export function liveEvent(event: StripeEvent, edit = (text: string) => text): LiveEvent {
  const bytes = RawJson.of(Buffer.from(edit(JSON.stringify(event))))
  const change = read(Item.of(bytes.value(), bytes), { via: 'eventbridge', from: 'ed_1', headers: {} })
  if (change && isLifecycle(change)) throw new Error('Stripe sends no such event')
  return { messageId: event.id, sentAt: new Date(), change }
}

export async function eventsOf(url: string, since: number): Promise<readonly StripeEvent[]> {
  const all: StripeEvent[] = []
  for (let after = ''; ; ) {
    const response = await fetch(`${url}/v1/events?limit=100&created[gte]=${since}${after}`, {
      headers: { authorization: 'Bearer sk_live_sandbox' },
    })
    const page = (await response.json()) as { data: StripeEvent[]; has_more: boolean }
    all.push(...page.data)
    if (!page.has_more) return all.toReversed()
    after = `&starting_after=${page.data.at(-1)?.id}`
  }
}
