import Stripe from 'stripe'
import { afterEach } from 'vitest'
import { openSandbox, type Sandbox, type SandboxOptions, type StripeObject } from '../../src/sandbox/stripe/index.ts'

export const now = 1_790_000_000
const open: Sandbox[] = []

/** A sandbox without customers and without limits, whose clock stands still. It is closed when the test ends. */
export async function setup(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await openSandbox({ customers: 0, limits: 'none', now, ...options })
  open.push(sandbox)
  return sandbox
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()))
})

export function sdk(sandbox: Sandbox, config: Partial<Stripe.StripeConfig> = {}): Stripe {
  const address = { host: '127.0.0.1', port: sandbox.port, protocol: 'http' } as const
  return new Stripe('sk_test_sandbox', { ...address, telemetry: false, maxNetworkRetries: 0, ...config })
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
  readonly body: any
  /** The ids of the items of a list. */
  readonly ids: readonly string[]
}

/** Sends a request with a test key unless another key, or the empty key, is given. */
export async function ask(sandbox: Sandbox, path: string, init: RequestInit & { key?: string } = {}): Promise<Reply> {
  const { key = 'sk_test_sandbox', headers, ...rest } = init
  const authorization = key ? { authorization: `Bearer ${key}` } : {}
  const response = await fetch(sandbox.url + path, { ...rest, headers: { ...authorization, ...headers } })
  const text = await response.text()
  const body = text.startsWith('{') ? JSON.parse(text) : undefined
  return { status: response.status, headers: response.headers, text, body, ids: body?.data?.map?.(idOf) ?? [] }
}

/** A value of the SDK as its JSON was. */
export const asSent = (value: unknown) => JSON.parse(JSON.stringify(value))

export const idOf = (object: StripeObject) => object.id
export const idsOf = (objects: readonly StripeObject[]) => objects.map(idOf)

/** All objects of a list, read page by page. */
export async function readAll(list: Stripe.ApiListPromise<{ id: string }>): Promise<StripeObject[]> {
  return asSent(await list.autoPagingToArray({ limit: 10_000 }))
}
