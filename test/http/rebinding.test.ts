import { Socket } from 'node:net'
import { expect, test, vi } from 'vitest'
import { stripe } from '../../src/providers/stripe/index.ts'
import { openCanary } from './canary-server.ts'

type LookupAll = (
  host: string,
  options: object,
  callback: (error: Error | null, addresses?: { address: string }[]) => void,
) => void

/** Connects nowhere: notes the addresses that a connection would have gone to. */
function watchConnections() {
  const addresses: string[] = []
  const lookups: Promise<void>[] = []
  vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...call: readonly unknown[]) {
    const [options] = (Array.isArray(call[0]) ? call[0] : call) as [{ host: string; lookup: LookupAll }]
    lookups.push(
      new Promise((resolve) => {
        options.lookup(options.host, { all: true }, (error, answer) => {
          for (const { address } of answer ?? []) addresses.push(address)
          this.destroy(error ?? new Error('nobody is there'))
          resolve()
        })
      }),
    )
    return this
  })
  return { addresses, settled: () => Promise.all(lookups) }
}

const keyTenant = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'

const stripeSettings = {
  apiKey: 'sk_live_canary5Fh2',
  apiKeyTenant: keyTenant,
  perSecond: undefined,
  endpointPerSecond: undefined,
} as const

const never = new AbortController().signal

const firstItem = { window: { from: 0, to: null }, cursor: null, limit: 1 }

test('a name that leads to the provider first and to this machine afterwards is followed to the first place only', async () => {
  const { addresses, settled } = watchConnections()
  let lookups = 0
  const resolve = async () => [{ address: lookups++ === 0 ? '3.18.12.63' : '127.0.0.1', family: 4 }]
  const account = stripe({ ...stripeSettings, apiBase: 'https://api.rebound.test', resolve }).connect({
    tenantId: keyTenant,
    accessToken: undefined,
  })
  for (let n = 0; n < 4; n++)
    await expect(account.sources[0]!.list(firstItem, never)).rejects.toMatchObject({ code: 'provider_unreachable' })
  await settled()
  account.close()
  expect(lookups).toBe(1)
  expect(addresses).toEqual(Array(4).fill('3.18.12.63'))
})

test.each([
  '127.0.0.1',
  '::1',
  '10.0.0.1',
  '169.254.169.254',
  '169.254.170.2',
  'fd00:ec2::254',
  '100.64.0.1',
  '0.0.0.0',
  '::ffff:127.0.0.1',
])('a name that leads to %s is refused in words, whoever configured it', async (address) => {
  const visited = await openCanary()
  for (const apiBase of [`https://rebound.test:${visited.port}`, undefined]) {
    const resolve = async () => [{ address, family: address.includes(':') ? 6 : 4 }]
    const account = stripe({ ...stripeSettings, apiBase, resolve }).connect({
      tenantId: keyTenant,
      accessToken: undefined,
    })
    await expect(account.sources[0]!.list(firstItem, never)).rejects.toMatchObject({
      name: 'SyncError',
      verdict: 'retry',
      code: 'host_refused',
      message: expect.stringContaining('leads to an address that is not a public one'),
    })
    account.close()
  }
  expect(visited.visits()).toBe(0)
  visited.close()
})
