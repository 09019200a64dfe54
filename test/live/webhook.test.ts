import { createHmac, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { rawOf } from '../../src/json/item.ts'
import { unwrap } from '../../src/live/envelopes.ts'
import { openRoutes } from '../../src/live/routes.ts'
import { receiveWebhook } from '../../src/live/webhook.ts'
import { providerLiveEvents } from '../../src/providers/live.ts'
import { openServer } from '../../src/server/open.ts'
import { collectLog } from '../support/collected-log.ts'
import { openTestDatabase } from '../support/database.ts'
import { snapshot } from './sample-events.ts'

const now = Date.parse('2026-11-28T13:43:10Z')
const secret = 'whsec_current'
const path = '/events/stripe/k7Qw'

/** A receiver with a database of its own, behind a server, and a queue that notes what is sent. */
async function openReceiver({ configured = [] as readonly string[] } = {}) {
  const { query, worker } = await openTestDatabase()
  const tenantId = randomUUID()
  const sent: { body: string; group: string | undefined }[] = []
  const answered: string[] = []
  const log = collectLog()
  let isAway = false
  const deps = {
    routes: openRoutes(worker, () => now),
    live: providerLiveEvents,
    openSecret: async () => secret,
    configured: () => configured,
    certificates: { open: async () => null },
    queue: {
      send: async (body: string, _delay: number, group?: string) => {
        if (isAway) throw new Error('away')
        sent.push({ body, group })
      },
    },
    telemetry: {
      settled: () => {},
      answered: (provider: string, status: number) => void answered.push(`${provider} ${status}`),
      cannotWork: () => {},
    },
    now: () => now,
    log,
  }
  const server = await openServer(
    '127.0.0.1:0',
    [],
    [{ prefix: '/events/', mostBytes: 1_048_576, receive: (request) => receiveWebhook(request, deps) }],
  )
  return {
    tenantId,
    query,
    sent,
    answered,
    log,
    async route() {
      await query(
        `insert into sync_accounts (tenant_id, provider, account, webhook_secrets) values ($1, 'stripe', 'acct_1A', '{ssm:/x}')`,
        [tenantId],
      )
      await query(
        `insert into event_routes (provider, route, tenant_id, account) values ('stripe', 'stripe/k7Qw live', $1, 'acct_1A')`,
        [tenantId],
      )
    },
    loseQueue() {
      isAway = true
    },
    close: server.close,
    async post(
      body: string | Buffer,
      { key = secret, at = path, method = 'POST', signature = undefined as string | undefined } = {},
    ) {
      const t = now / 1_000
      const v1 = createHmac('sha256', key).update(`${t}.`).update(body).digest('hex')
      const answer = await fetch(`${server.address}${at}`, {
        method,
        headers: { 'Stripe-Signature': signature ?? `t=${t},v1=${v1}` },
        ...(method === 'POST' && { body }),
      })
      return answer.status
    },
  }
}

test('a genuine webhook is queued in the group of its tenant, to the byte, and opens as a trusted event', async () => {
  const receiver = await openReceiver()
  await receiver.route()
  const body = `{ "id": "evt_1",\n  "name": "Zoë 😀 \\u00e9\\ud83d", "livemode": true, "n": 820982911946154508 }`
  expect(await receiver.post(body)).toBe(200)
  const [message] = receiver.sent
  expect(message?.group).toBe(receiver.tenantId)
  expect(JSON.parse(message?.body ?? '')).toMatchObject({ provider: 'stripe', from: 'k7Qw', body })
  expect(unwrap({ body: message?.body ?? '', attributes: {} })).toMatchObject({ kind: 'trusted', provider: 'stripe' })
  await receiver.close()
})

test('a webhook that is not genuine is answered with 401, before anything is queued', async () => {
  const receiver = await openReceiver()
  await receiver.route()
  const body = JSON.stringify(snapshot)
  expect(await receiver.post(body, { key: 'whsec_else' })).toBe(401)
  expect(await receiver.post(body, { signature: '' })).toBe(401)
  expect(await receiver.post(body, { signature: `t=${now / 1_000},v0=x` })).toBe(401)
  // No account: nothing can be checked.
  expect(await receiver.post(body, { at: '/events/stripe/other' })).toBe(401)
  expect(receiver.sent).toEqual([])
  expect(receiver.answered).toEqual(Array(4).fill('stripe 401'))
  expect(JSON.stringify(receiver.log.lines())).not.toMatch(/whsec|Ada|cus_Test1/)
  await receiver.close()
})

test('the configured secret is enough for an account that is not known yet', async () => {
  const receiver = await openReceiver({ configured: ['whsec_old', 'whsec_configured'] })
  expect(await receiver.post(JSON.stringify(snapshot), { key: 'whsec_configured' })).toBe(200)
  expect(receiver.sent).toMatchObject([{ group: undefined }])
  await receiver.close()
})

test('what is no webhook is refused without a look at its signature', async () => {
  const receiver = await openReceiver()
  await receiver.route()
  expect(await receiver.post('{}', { at: '/events/nobody/k7Qw' })).toBe(404)
  expect(await receiver.post('{}', { at: '/events/stripe/' })).toBe(404)
  expect(await receiver.post('{}', { at: '/events/stripe/a/b' })).toBe(404)
  expect(await receiver.post('{}', { at: '/metrics' })).toBe(404)
  // Strangers choose the name in the path: it is no label of a metric.
  expect(receiver.answered).toEqual(['none 404', 'none 404', 'none 404'])
  expect(await receiver.post('no JSON')).toBe(400)
  expect(await receiver.post(Buffer.from([0x22, 0xff, 0x22]))).toBe(400)
  expect(await receiver.post(`${'['.repeat(65)}${']'.repeat(65)}`)).toBe(400)
  expect(await receiver.post(`"${'a'.repeat(1_048_576)}"`)).toBe(413)
  // It grows beyond the limit of the queue in its envelope.
  expect(await receiver.post(JSON.stringify({ livemode: true, x: '"'.repeat(300_000) }))).toBe(413)
  expect(await receiver.post('{}', { method: 'GET' })).toBe(405)
  expect(receiver.sent).toEqual([])
  await receiver.close()
})

test('a body with code points that a queue refuses is queued, and is the same on the other side', async () => {
  const receiver = await openReceiver()
  await receiver.route()
  const body = JSON.stringify({ ...snapshot, note: 'no characters: \ufffe \uffff, beyond the basic plane: 🌱' })
  expect(await receiver.post(body)).toBe(200)
  const [{ body: queued = '' } = {}] = receiver.sent
  expect(queued).not.toMatch(/[\ud800-\udfff\ufffe\uffff]/)
  const incoming = unwrap({ body: queued, attributes: {} })
  expect(incoming.kind === 'trusted' && rawOf(incoming.event)?.bytes.toString()).toBe(body)
  await receiver.close()
})

test('a receiver without its queue or its database answers 503, and the provider sends again', async () => {
  const receiver = await openReceiver()
  await receiver.route()
  receiver.loseQueue()
  expect(await receiver.post(JSON.stringify(snapshot))).toBe(503)
  await receiver.query('alter table event_routes rename to away')
  expect(await receiver.post(JSON.stringify({ ...snapshot, account: 'acct_other' }))).toBe(503)
  expect(receiver.log.lines()).toMatchObject([{ event: 'webhook_failed' }, { event: 'webhook_failed' }])
  expect(receiver.answered).toEqual(['stripe 503', 'stripe 503'])
  await receiver.close()
})
