import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { type StripeSettings, stripe } from '../../src/providers/stripe/index.ts'
import type { SandboxOptions } from '../../src/sandbox/stripe/index.ts'
import { openCheckedStripe } from '../specs/checked-sandbox.ts'

export const now = 1_790_000_000
export const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
export const key = 'sk_live_51secretsecret7Qx9'
export const never = new AbortController().signal
export const settings = (over: Partial<StripeSettings> = {}): StripeSettings => ({
  apiKey: key,
  apiKeyTenant: tenantId,
  apiBase: undefined,
  perSecond: undefined,
  endpointPerSecond: undefined,
  ...over,
})

/** An account of the sandbox, or of the server in `over.apiBase`. It is closed when the test ends. */
export async function setup(options: SandboxOptions = {}, over: Partial<StripeSettings> = {}, accessToken?: string) {
  const sandbox = await openCheckedStripe({ customers: 20, limits: 'none', now, ...options })
  const account = stripe(settings({ apiBase: sandbox.url, ...over })).connect({ tenantId, accessToken })
  onTestFinished(async () => {
    account.close()
    await sandbox.close()
  })
  const [customers] = account.sources
  const list = (query: Partial<Parameters<NonNullable<typeof customers>['list']>[0]> = {}) =>
    customers!.list({ window: { from: 0, to: null }, cursor: null, limit: 10, ...query }, never)
  return { sandbox, account, customers: customers!, list, failing: () => list().catch((error: unknown) => error) }
}

/** A server that answers in place of Stripe. It is closed when the test ends. */
export async function listening(answer: Parameters<typeof createServer>[1] & {}) {
  const server = createServer(answer as never)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
