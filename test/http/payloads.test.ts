import { createServer } from 'node:http'
import { type AddressInfo, Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { readConfig } from '../../src/config/load.ts'
import { stripe } from '../../src/providers/stripe/index.ts'
import { jobRequest, setup } from '../support/setup.ts'

/*
 * Whoever can write the configuration or a message would like the worker to connect to these, key in hand.
 * PORT is the port of a server on this machine that counts who comes.
 */
const payloads: readonly string[] = [
  // Metadata and credentials of the machine.
  'http://169.254.169.254',
  'https://169.254.169.254',
  'http://169.254.169.254/latest/meta-data/iam/',
  'http://169.254.170.2',
  'https://169.254.170.2',
  'https://[fd00:ec2::254]',
  'http://[fd00:ec2::254]',
  // Lambda's own API.
  'http://127.0.0.1:9001',
  'https://127.0.0.1:9001',
  'http://localhost:9001',
  'http://[::1]:9001',
  'http://127.0.0.1:9001/2018-06-01/runtime/invocation/next',
  'http://127.8.8.8:9001',
  // Loopback, written differently.
  'http://2130706433:PORT',
  'https://2130706433:PORT',
  'http://0x7f000001:PORT',
  'https://0x7f.1:PORT',
  'http://0177.0.0.1:PORT',
  'https://017700000001:PORT',
  'http://127.1:PORT',
  'https://127.0.1:PORT',
  'https://0:PORT',
  'http://0.0.0.0:PORT',
  'https://0.0.0.0:PORT',
  'http://[::]:PORT',
  'http://[::ffff:127.0.0.1]:PORT',
  'https://[::ffff:7f00:1]:PORT',
  'https://[0:0:0:0:0:ffff:127.0.0.1]:PORT',
  'http://[0:0:0:0:0:0:0:1]:PORT',
  'https://[::127.0.0.1]:PORT',
  'https://[64:ff9b::7f00:1]:PORT',
  'https://[2002:7f00:1::]:PORT',
  'https://[fe80::1%25lo]:PORT',
  'http://127.0.0.1.:PORT',
  'http://localhost.:PORT',
  'https://localhost.localdomain.:PORT',
  'http://127。0。0。1:PORT',
  'http://１２７.0.0.1:PORT',
  'http://ⓛocalhost:PORT',
  'https://%31%32%37.0.0.1:PORT',
  'http://localhost%00:PORT',
  'http://LOCALHOST.:PORT',
  // Private networks.
  'https://10.0.0.1',
  'https://172.16.0.1',
  'https://192.168.1.1',
  'https://100.64.0.1',
  'https://198.18.0.1',
  'https://224.0.0.1',
  'https://255.255.255.255',
  'https://[fc00::1]',
  'https://[fe80::1]',
  'https://[ff02::1]',
  'https://192.0.2.1',
  'https://[2001:db8::1]',
  // One host that reads like another.
  'https://api.stripe.com@127.0.0.1:PORT',
  'https://user:password@127.0.0.1:PORT',
  'https://127.0.0.1:PORT#@api.stripe.com',
  'https://127.0.0.1:PORT?@api.stripe.com',
  'http://127.0.0.1:PORT\\@api.stripe.com',
  'https://api.stripe.com\\@127.0.0.1:PORT',
  'https:127.0.0.1:PORT',
  'https:/127.0.0.1:PORT',
  'https:///127.0.0.1:PORT',
  'http:\\\\127.0.0.1:PORT',
  '//127.0.0.1:PORT',
  'ht\ntp://127.0.0.1:PORT',
  'http://127.0.0.1\t:PORT',
  'http://127.0.0.1:PORT/v1',
  'http://127.0.0.1:PORT/../v1',
  'http://127.0.0.1:PORT\r\nHost: api.stripe.com',
  'https://api.stripe.com.',
  'https://api_stripe.com',
  'https://stripe',
  'https://a..stripe.com',
  'https://-a.stripe.com',
  'https://127.0.0.1.1',
  'http://api.stripe.com',
  'http://3.18.12.63',
  // Other protocols.
  'file:///etc/passwd',
  'gopher://127.0.0.1:PORT/_GET',
  'ftp://127.0.0.1:PORT',
  'dict://127.0.0.1:PORT',
  'ldap://127.0.0.1:PORT',
  'data:application/json,{}',
  'unix:/tmp/x.sock',
  'http+unix://%2Ftmp%2Fx.sock',
  'javascript:1',
  'ws://127.0.0.1:PORT',
  'jar:http://127.0.0.1:PORT!/',
  'https://',
]

afterEach(() => {
  vi.restoreAllMocks()
})

/** A server that would be found by whoever is led to this machine. */
async function canary() {
  let visits = 0
  const server = createServer((_, response) => response.end('{"object":"list","data":[],"has_more":false}'))
  server.on('connection', () => visits++)
  await new Promise<void>((resolve) => server.listen(0, '::', resolve))
  const { port } = server.address() as AddressInfo
  return { port, visits: () => visits, close: () => server.close() }
}

test(`none of ${payloads.length} addresses in the configuration is accepted`, async () => {
  expect(payloads.length).toBeGreaterThanOrEqual(60)
  const accepted = payloads.filter((payload) => {
    try {
      readConfig({ environment: { Stripe__ApiBase: payload.replace('PORT', '1234') }, file: undefined })
      return true
    } catch (error) {
      expect(String(error)).toMatch(/Stripe\.ApiBase must be an https:\/\/ address of a public host/)
      return false
    }
  })
  expect(accepted).toEqual([])
})

test.each([
  'https://api.stripe.com',
  'https://API.stripe.com/',
  'https://stripe-proxy.example.co.uk:8443',
  'https://3.18.12.63',
  'http://127.0.0.1:12111',
  'http://localhost:12111',
  'https://localhost',
  'http://[::1]:12111',
])('%s in the configuration is accepted', (base) => {
  expect(readConfig({ environment: { Stripe__ApiBase: base }, file: undefined }).Stripe.ApiBase).toBe(base)
})

test('a message cannot name a host in any of its fields', async () => {
  const { handle, sandbox, query } = await setup({ settings: { Worker__MaxRetries: '0' } })
  const visited = await canary()
  const connect = vi.spyOn(Socket.prototype, 'connect')
  const bodies = payloads
    .map((one) => one.replace('PORT', String(visited.port)))
    .flatMap((payload) => [
      jobRequest({ accessToken: payload }),
      jobRequest({ providerName: payload }),
      jobRequest({ apiBase: payload, Stripe: { ApiBase: payload } }),
      jobRequest({ additionalData: { resources: [payload] } }),
      jobRequest({ additionalData: { resources: [`customers?${payload}`, `/v1/${payload}`] } }),
      jobRequest({
        additionalData: { api_base: payload, host: payload, endpoint: payload, base_url: payload, url: payload },
      }),
    ])
  for (let at = 0; at < bodies.length; at += 60)
    await handle(bodies.slice(at, at + 60).map((body) => JSON.stringify(body)))
  expect(sandbox.requests).toEqual([])
  expect(visited.visits()).toBe(0)
  // Only the database, and the queue for what could not be read.
  const targets = new Set(connect.mock.calls.map((call) => hostOf(call)))
  expect([...targets].filter((host) => host !== '127.0.0.1' && host !== 'localhost')).toEqual([])
  expect(await query(`select distinct status from sync_jobs`)).toEqual([{ status: 'failed' }])
  visited.close()
})

const hostOf = ([first, second]: readonly unknown[]): unknown => {
  const options = Array.isArray(first) ? first[0] : first
  return typeof options === 'object' && options !== null && 'host' in options ? options.host : second
}

type LookupAll = (
  host: string,
  options: object,
  callback: (error: Error | null, found?: { address: string }[]) => void,
) => void

/** Connects nowhere: notes the addresses that a connection would have gone to. */
function watchConnections() {
  const addresses: string[] = []
  const lookups: Promise<void>[] = []
  vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...call: readonly unknown[]) {
    const [options] = (Array.isArray(call[0]) ? call[0] : call) as [{ host: string; lookup: LookupAll }]
    lookups.push(
      new Promise((resolve) => {
        options.lookup(options.host, { all: true }, (error, found) => {
          for (const { address } of found ?? []) addresses.push(address)
          this.destroy(error ?? new Error('nobody is there'))
          resolve()
        })
      }),
    )
    return this
  })
  return { addresses, settled: () => Promise.all(lookups) }
}

const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const settings = {
  apiKey: 'sk_live_canary5Fh2',
  apiKeyTenant: tenantId,
  perSecond: undefined,
  endpointPerSecond: undefined,
} as const
const never = new AbortController().signal
const query = { window: { from: 0, to: null }, cursor: null, limit: 1 }

test('a name that leads to the provider first and to this machine afterwards is followed to the first place only', async () => {
  const { addresses, settled } = watchConnections()
  let asked = 0
  const resolve = async () => [{ address: asked++ === 0 ? '3.18.12.63' : '127.0.0.1', family: 4 }]
  const account = stripe({ ...settings, apiBase: 'https://api.rebound.test', resolve }).connect({
    tenantId,
    accessToken: undefined,
  })
  for (let n = 0; n < 4; n++)
    await expect(account.sources[0]!.list(query, never)).rejects.toMatchObject({ code: 'provider_unreachable' })
  await settled()
  account.close()
  expect(asked).toBe(1)
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
  const visited = await canary()
  for (const apiBase of [`https://rebound.test:${visited.port}`, undefined]) {
    const resolve = async () => [{ address, family: address.includes(':') ? 6 : 4 }]
    const account = stripe({ ...settings, apiBase, resolve }).connect({ tenantId, accessToken: undefined })
    await expect(account.sources[0]!.list(query, never)).rejects.toMatchObject({
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

test('the canary is there: who connects is counted', async () => {
  const visited = await canary()
  await fetch(`http://127.0.0.1:${visited.port}`)
  expect(visited.visits()).toBe(1)
  visited.close()
})
