import { createHmac, randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../../src/config/load.ts'
import { hashOf } from '../../../src/erasure/tombstones.ts'
import { openLiveWorker } from '../../../src/live-worker.ts'
import { silentLog } from '../../../src/log/log.ts'
import { fields } from '../../../src/provider/fields.ts'
import { openWebhookReceiver } from '../../../src/webhook-receiver.ts'
import { mentions } from '../../erasure/about-customer.ts'
import { account, openShop, tenantId } from '../../integration/shopify-setup.ts'
import { emptyDirectory, run, start } from '../program.ts'

/* From the body of Shopify's webhook to tables without the customer, or without the shop. */

const secret = 'the-client-secret-of-the-app'
const domain = 'erased.myshopify.com'

/** A copied shop, its receiver and its worker of live events, and the program as the tables' owner. */
async function openCompliance() {
  const shop = await openShop({ orders: 40 })
  const { stack } = shop
  expect(await shop.run()).toMatchObject({ status: 'completed' })
  await stack.query(`insert into event_routes (provider, route, tenant_id, account) values ('shopify', $1, $2, $3)`, [
    domain,
    tenantId,
    account,
  ])
  const environment = { ...stack.environment, Shopify__WebhookSecret: secret }
  const config = readConfig({ environment, file: undefined })
  const queued: string[] = []
  const queue = { send: async (body: string) => void queued.push(body) }
  const receiver = await openWebhookReceiver(config, { name: 'test receiver', log: silentLog, queue })
  const worker = await openLiveWorker(config, { name: 'test live', log: silentLog })
  onTestFinished(async () => {
    await Promise.all([receiver.close(), worker.close()])
  })
  const env = { ...environment, ConnectionStrings__DefaultConnection: `${stack.url}?sslmode=disable` }
  return {
    ...shop,
    ...stack,
    env,
    cli: (...args: string[]) => run(args, { env }),
    async webhook(topic: string, body: object) {
      const bytes = Buffer.from(JSON.stringify({ shop_domain: domain, ...body }))
      const signature = createHmac('sha256', secret).update(bytes).digest('base64')
      const headers = { 'x-shopify-topic': topic, 'x-shopify-hmac-sha256': signature, 'x-shopify-shop-domain': domain }
      expect(await receiver.receive({ path: '/events/shopify/k7Qw', headers, body: bytes })).toMatchObject({
        status: 200,
      })
      const messages = queued.splice(0).map((text) => ({
        id: randomUUID(),
        body: text,
        attributes: {},
        queue: 'events',
        receiveCount: 1,
        sentAt: new Date(),
        group: undefined,
        receipt: null,
      }))
      const settled = [...(await worker.work(messages)).values()]
      expect(settled).toEqual([{ kind: 'acknowledge' }])
    },
    requests: () =>
      stack.query(`select kind, customer, done_at is not null as done, rows, failed_because as because,
        extract(day from due_at - requested_at)::int as days from erasure_requests order by kind, requested_at`),
  }
}

const numberOf = (gid: string) => Number(gid.split('/').at(-1))

/** The customer with most orders, and one with a row at least. */
async function twoCustomers({ query }: Pick<Awaited<ReturnType<typeof openCompliance>>, 'query'>) {
  const rows = await query<{ id: string }>(`
    select customer_id as id from orders where customer_id is not null group by 1 order by count(*) desc, 1 limit 2`)
  expect(rows).toHaveLength(2)
  return rows.map(({ id }) => id) as [string, string]
}

test('orders that customers/redact names go with all that is about them, though they name no customer', async () => {
  const { shop, query, run, cli, webhook, requests } = await openCompliance()
  const [person] = await twoCustomers({ query })
  const [order] = shop.expected('orders').filter(({ customer }) => fields(customer).id !== person)
  shop.update('orders', order!.id, { customer: null })
  shop.advance(900)
  await run({ sync_type: 'incremental' })
  const about = () =>
    query(
      `select (select count(*) from orders where id = $1)::int as orders, (select count(*) from order_lines where order_id = $1)::int as lines,
        (select count(*) from payments where order_id = $1)::int as payments`,
      [order!.id],
    )
  expect(await about()).toEqual([{ orders: 1, lines: expect.any(Number), payments: expect.any(Number) }])
  const request = { customer: { id: numberOf(person) }, orders_to_redact: [numberOf(order!.id)] }
  for (const _ of ['once', 'again']) await webhook('customers/redact', request)
  expect(await requests()).toMatchObject([{ kind: 'erase-customer', customer: person }])
  expect((await cli('erase', '--pending', '--dry-run')).stdout).toMatch(/other objects[\s\S]* 1 /)
  // A later request names one more: it is a request of its own.
  await webhook('customers/redact', { ...request, orders_to_redact: [numberOf(order!.id), 1] })
  expect(await requests()).toHaveLength(2)

  expect(await cli('erase', '--pending')).toMatchObject({ code: 0, stderr: '' })
  expect(await about()).toEqual([{ orders: 0, lines: 0, payments: 0 }])
  expect(await mentions(query, [`${order!.id}\\M`, `${person}\\M`])).toEqual({})
  await run()
  expect(await about()).toEqual([{ orders: 0, lines: 0, payments: 0 }])
})

test('a customer who has nothing but an address is found by it', async () => {
  const { query, cli, webhook } = await openCompliance()
  const [person] = await twoCustomers({ query })
  await query(`update customers set email = 'Ann@Example.com' where id = $1`, [person])
  await webhook('customers/redact', { customer: { email: 'ann@example.com' } })
  expect(await cli('erase', '--pending')).toMatchObject({ code: 0, stderr: '' })
  expect(await mentions(query, [`${person}\\M`])).toEqual({})
})

test('customers/redact empties the tables of the customer, and customers/data_request is answered before', async () => {
  const { query, cli, webhook, requests } = await openCompliance()
  const [person, other] = await twoCustomers({ query })
  const others = () =>
    query(`select row_to_json(o)::text as row from orders as o where customer_id = $1 order by id`, [other])
  const kept = await others()
  await webhook('customers/data_request', { customer: { id: numberOf(person) } })
  await webhook('customers/redact', { customer: { id: numberOf(person) } })
  await webhook('customers/redact', { customer: { id: numberOf(person) } })
  const open = { customer: person, done: false, rows: null, because: null, days: 30 }
  expect(await requests()).toEqual([
    { kind: 'erase-customer', ...open },
    { kind: 'export-customer', ...open },
  ])

  const list = await cli('erase', '--pending', '--dry-run')
  expect(list).toMatchObject({ code: 0, stderr: '' })
  expect(list.stdout).toMatch(new RegExp(`29 d 23 h +erase-customer +${tenantId} +shopify +${account} +${person}`))
  // After the erasure nothing would be left to export.
  const early = await cli('erase', '--pending')
  expect(early).toMatchObject({ code: 1, stderr: '' })
  expect(early.stdout).toContain('stays open. An export of the same customer is open')
  expect(await requests()).toMatchObject([{ done: false, because: expect.stringContaining('export --pending') }, {}])

  const folder = join(emptyDirectory(), 'exports')
  const exported = await cli('export', '--pending', '--out', folder)
  expect(exported).toMatchObject({ code: 0, stderr: '' })
  const [, path = ''] = /(\S+\.jsonl)/.exec(exported.stdout) ?? []
  const lines = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines[0]).toMatchObject({ export: { tenantId, provider: 'shopify', account, customer: person } })
  expect(lines.filter(({ table }) => table === 'customers').map(({ row }) => row.id)).toEqual([person])
  expect(lines.at(-1)).toMatchObject({ complete: true, rows: { customers: 1, orders: expect.any(Number) } })
  expect(lines.length - 2).toBe(Object.values<number>(lines.at(-1).rows).reduce((sum, rows) => sum + rows, 0))
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await requests()).toMatchObject([{ done: false }, { done: true, customer: person, rows: lines.at(-1).rows }])

  const erased = await cli('erase', '--pending')
  expect(erased).toMatchObject({ code: 0, stderr: '' })
  expect(erased.stdout).toMatch(/erase-customer, shopify customer \S+ of account \d+, tenant \S+: done, \d+ rows\./)
  expect(erased.stdout).toContain('Closed months of revenue change')
  expect(await mentions(query, [`${person}\\M`])).toEqual({})
  expect(await others()).toEqual(kept)
  const hash = hashOf({ tenantId, provider: 'shopify' }, person)
  expect(await requests()).toMatchObject([
    { done: true, because: null, customer: hash, rows: { customers: 1 } },
    { done: true, customer: hash },
  ])
  expect(await cli('erase', '--pending')).toMatchObject({ code: 0, stdout: '  No request is open.\n' })
})

test('shop/redact empties the tables of the shop, and no others of its tenant', async () => {
  const { query, cli, webhook, requests } = await openCompliance()
  const [person] = await twoCustomers({ query })
  await query(
    `insert into customers (tenant_id, provider, account, id, raw, observed_at) values ($1, 'stripe', 'acct_1', 'cus_1', '{}', now())`,
    [tenantId],
  )
  await webhook('shop/redact', { shop_id: 1 })
  expect(await query(`select state from sync_accounts where account = $1`, [account])).toEqual([
    { state: 'disconnected' },
  ])
  const erased = await cli('erase', '--pending')
  expect(erased).toMatchObject({ code: 0, stderr: '' })
  expect(await mentions(query, [`${person}\\M`])).toEqual({})
  // The request and the emptied account are left, and the other provider of the tenant.
  expect(Object.keys(await mentions(query, [`,${account},`])).toSorted()).toEqual(['erasure_requests', 'sync_accounts'])
  expect(await query('select id from customers')).toEqual([{ id: 'cus_1' }])
  expect(await requests()).toMatchObject([{ kind: 'erase-account', done: true, customer: null }])
})

test('two processes at once carry each request out once, and one that fails does not hold up the others', async () => {
  const { query, cli, webhook, requests, env } = await openCompliance()
  const [person, other] = await twoCustomers({ query })
  await webhook('customers/redact', { customer: { id: numberOf(person) } })
  await webhook('customers/redact', { customer: { id: numberOf(other) } })
  await query(
    `insert into erasure_requests (id, tenant_id, provider, account, kind, customer, due_at)
     values (gen_random_uuid(), $1, 'gone', 'acct_1', 'erase-customer', 'cus_1', now() - interval '1 day')`,
    [tenantId],
  )
  const ended = await Promise.all([start(['erase', '--pending'], { env }).ended, cli('erase', '--pending')])
  expect(ended.map(({ code }) => code)).toEqual([1, 1])
  const done = ended.flatMap(({ stdout }) =>
    [...stdout.matchAll(/shopify customer (\S+) .*: done/g)].map(([, id]) => id),
  )
  expect(done.toSorted()).toEqual([person, other].toSorted())
  expect(await mentions(query, [`${person}\\M`, `${other}\\M`])).toEqual({})
  expect((await requests()).filter(({ done: isDone }) => isDone)).toHaveLength(2)
  expect((await requests()).find(({ customer }) => customer === 'cus_1')).toMatchObject({
    done: false,
    because: expect.stringContaining('"gone" is not known'),
  })
  expect((await cli('erase', '--pending', '--dry-run')).stdout).toMatch(/OVERDUE 1 d/)
})
