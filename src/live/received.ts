import * as z from 'zod'

/** The key that no body of a provider has. */
const mark = 'billing_sync_event'

/** A webhook whose signature the receiver has checked, as it lies on the queue. */
const envelope = z.object({
  [mark]: z.literal(1),
  provider: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  /** The name of the endpoint. */
  from: z.string().max(256),
  headers: z.record(z.string(), z.string()),
  /** The body as the provider sent it. */
  body: z.string(),
})

export type Received = Omit<z.infer<typeof envelope>, typeof mark>

/** Queues refuse code points that are no characters, and some take none beyond the basic plane. JSON escapes them. */
export function putIntoEnvelope({ provider, from, headers, body }: Received): string {
  const envelope = JSON.stringify({ [mark]: 1, provider, from, headers, body })
  return envelope.replaceAll(/[\ud800-\udfff\ufffe\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`)
}

/** Null if it is another envelope, or none. */
export function openReceived(value: unknown): Received | null {
  const { data } = envelope.safeParse(value)
  if (!data) return null
  const { provider, from, headers, body } = data
  return { provider, from, headers, body }
}
