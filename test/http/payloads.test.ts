import { Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { readConfig } from '../../src/config/load.ts'
import { jobRequest, setup } from '../support/setup.ts'
import { openCanary } from './canary-server.ts'

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
  const visited = await openCanary()
  const connect = vi.spyOn(Socket.prototype, 'connect')
  const bodies = payloads
    .map((payload) => payload.replace('PORT', String(visited.port)))
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

test('the canary is there: who connects is counted', async () => {
  const visited = await openCanary()
  await fetch(`http://127.0.0.1:${visited.port}`)
  expect(visited.visits()).toBe(1)
  visited.close()
})
