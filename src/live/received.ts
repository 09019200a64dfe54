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

export function putIntoEnvelope({ provider, from, headers, body }: Received): string {
  return JSON.stringify({ [mark]: 1, provider, from, headers, body })
}

/** Null if it is another envelope, or none. */
export function openReceived(value: unknown): Received | null {
  const { data } = envelope.safeParse(value)
  if (!data) return null
  const { provider, from, headers, body } = data
  return { provider, from, headers, body }
}
