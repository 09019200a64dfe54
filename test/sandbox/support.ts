import Stripe from 'stripe'
import { afterEach } from 'vitest'
import { openSandbox, type Sandbox, type SandboxOptions, type StripeObject } from '../../src/sandbox/stripe/index.ts'

export const now = 1_790_000_000
const open: Sandbox[] = []

/** A sandbox of the test's own, closed when it ends; its clock stands still. */
export async function setup(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await openSandbox({ customers: 60, limits: 'none', now, ...options })
  open.push(sandbox)
  return sandbox
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()))
})

export function sdk(sandbox: Sandbox): Stripe {
  const address = { host: '127.0.0.1', port: sandbox.port, protocol: 'http' } as const
  return new Stripe('sk_test_sandbox', { ...address, telemetry: false, maxNetworkRetries: 0 })
}

export interface Reply {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
  readonly body: any
}

export async function ask(sandbox: Sandbox, path: string, key = 'sk_test_sandbox'): Promise<Reply> {
  const response = await fetch(sandbox.url + path, { headers: { authorization: `Bearer ${key}` } })
  return { status: response.status, body: await response.json() }
}

/** What came through the SDK as it was on the wire. */
export const asSent = (value: unknown) => JSON.parse(JSON.stringify(value))

export const idsOf = (objects: readonly StripeObject[]) => objects.map(({ id }) => id)

/** All of a list, page by page. */
export async function readAll(list: Stripe.ApiListPromise<{ id: string }>): Promise<StripeObject[]> {
  return asSent(await list.autoPagingToArray({ limit: 10_000 }))
}
