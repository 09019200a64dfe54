import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { SyncJobResult } from '../../src/job/state/result.ts'
import { countsRequests } from '../support/faults.ts'
import { jobRequest, type SetupOptions, setup } from '../support/setup.ts'

/*
 * What incremental jobs see of changes that no event announces.
 */

const hour = 3_600

interface Opening extends Pick<SetupOptions, 'exempt'> {
  readonly customers?: number
}

const counted = { exempt: countsRequests }

async function open(resources?: readonly string[], { customers = 40, ...options }: Opening = {}) {
  const parts = await setup({ sandbox: { customers, olderEvents: 0 }, ...options })
  const tenantId = randomUUID()
  const sync = async (syncType: 'full' | 'incremental') => {
    const request = jobRequest({ tenantId, additionalData: { sync_type: syncType, resources } })
    const before = parts.sandbox.stats().requests
    await parts.deliver(request)
    const row = await parts.job(request.jobId)
    expect(row).toMatchObject({ status: 'completed', error: null })
    const result = row?.result as SyncJobResult
    expect(result).toMatchObject({ syncType })
    return { result, requests: parts.sandbox.stats().requests - before }
  }
  await sync('full')
  return {
    ...parts,
    tenantId,
    sync,
    row: async (table: string, id: string) =>
      (await parts.query(`select * from ${table} where tenant_id = $1 and id = $2`, [tenantId, id]))[0],
  }
}

test('a pending invoice item that is put on an invoice hours later is there with its invoice', async () => {
  const { sandbox, sync, row } = await open(['invoice_items'], counted)
  const item = sandbox.expected('invoiceitems').find(({ invoice }) => invoice === null)!
  const invoice = sandbox.expected('invoices')[0]!.id
  expect(await row('invoice_items', item.id)).toMatchObject({ invoice_id: null })
  sandbox.update('invoiceitems', item.id, { invoice })
  const { result, requests } = await sync('incremental')
  expect(await row('invoice_items', item.id)).toMatchObject({ invoice_id: invoice })
  expect(result.resources.invoice_items).toMatchObject({ updated: 1 })
  expect(requests).toBeLessThanOrEqual(4)
})

test('a pending invoice item whose amount changes, and one that is deleted, are seen without an event', async () => {
  const { sandbox, sync, row } = await open(['invoice_items'])
  const [changed, removed] = sandbox.expected('invoiceitems').filter(({ invoice }) => invoice === null)
  sandbox.update('invoiceitems', changed!.id, { amount: 4_242 })
  sandbox.remove('invoiceitems', removed!.id, { silent: true })
  const { result } = await sync('incremental')
  expect(await row('invoice_items', changed!.id)).toMatchObject({ amount: '4242', deleted_at: null })
  expect(await row('invoice_items', removed!.id)).toMatchObject({ deleted_at: expect.any(Date) })
  expect(result.resources.invoice_items).toMatchObject({ updated: 1, deleted: 1 })
})

test('an open invoice payment that is canceled is there as canceled', async () => {
  const { sandbox, sync, row } = await open(['invoice_payments'])
  const payment = sandbox.expected('invoice_payments').find(({ status }) => status === 'open')!
  sandbox.update('invoice_payments', payment.id, { status: 'canceled' })
  await sync('incremental')
  expect(await row('invoice_payments', payment.id)).toMatchObject({ status: 'canceled' })
})

test('a balance transaction that becomes available a week later is there as available', async () => {
  const { sandbox, sync, row, query, tenantId } = await open(['balance_transactions'])
  const pending = sandbox
    .expected('balance_transactions')
    .find(({ status, created }) => status === 'pending' && Number(created) < sandbox.now() - hour)!
  const status = async () => (await row('balance_transactions', pending.id))?.status
  // It is not asked for before it is due.
  sandbox.update('balance_transactions', pending.id, { status: 'available' }, { silent: true })
  await sync('incremental')
  expect(await status()).toBe('pending')
  await query(
    `update balance_transactions set available_on = now() - interval '1 hour' where tenant_id = $1 and id = $2`,
    [tenantId, pending.id],
  )
  await sync('incremental')
  expect(await status()).toBe('available')
})

test('a refund that only charge.refunded announces has its row', async () => {
  const { sandbox, sync, row } = await open(['payments', 'refunds'])
  const charge = sandbox
    .expected('charges')
    .find(({ status, amount_refunded: refunded }) => status === 'succeeded' && refunded === 0)!
  const { id } = sandbox.insert('refunds', { charge: charge.id, status: 'succeeded' }, { silent: true })
  sandbox.update('charges', charge.id, { amount_refunded: charge.amount, refunded: true })
  await sync('incremental')
  expect(await row('refunds', id)).toMatchObject({ payment_id: charge.id, status: 'succeeded' })
  expect(await row('payments', charge.id)).toMatchObject({ refunded: true })
})

test('a pending refund that fails without an event is there as failed', async () => {
  const { sandbox, sync, row } = await open(['refunds'])
  const { id } = sandbox.insert('refunds', { status: 'pending' }, { at: sandbox.now() - 5 * hour })
  await sync('full')
  expect(await row('refunds', id)).toMatchObject({ status: 'pending' })
  sandbox.update('refunds', id, { status: 'failed' }, { silent: true })
  await sync('incremental')
  expect(await row('refunds', id)).toMatchObject({ status: 'failed' })
})

test('a blocked charge without an event has its row', async () => {
  const { sandbox, sync, row } = await open(['payments'])
  const blocked = { status: 'failed', outcome: { type: 'blocked', reason: 'highest_risk_level' } }
  const { id } = sandbox.insert('charges', blocked, { silent: true })
  await sync('incremental')
  expect(await row('payments', id)).toMatchObject({ status: 'failed', outcome_type: 'blocked' })
})

const byName: Readonly<
  Record<string, readonly [resource: string, list: 'issuing_cards' | 'billing_meters' | 'issuing_cardholders']>
> = {
  'issuing_card.updated': ['issuing_cards', 'issuing_cards'],
  'issuing_cardholder.updated': ['issuing_cardholders', 'issuing_cardholders'],
  'billing.meter.updated': ['billing_meters', 'billing_meters'],
}
test.each(Object.entries(byName))('%s changes the row with one request', async (_, [resource, list]) => {
  const { sandbox, sync, row } = await open([resource], counted)
  const { id } = sandbox.expected(list)[0]!
  sandbox.update(list, id, { metadata: { changed: 'yes' } })
  const { requests } = await sync('incremental')
  expect(await row('provider_objects', id)).toMatchObject({ raw: { metadata: { changed: 'yes' } } })
  expect(requests).toBe(1)
})

test.each([true, false])(
  'a report run that is unfinished is there as finished, with an event: %s',
  async (isAnnounced) => {
    const { sandbox, sync, row } = await open(['report_runs'])
    const { id } = sandbox.insert('reporting_report_runs', { status: 'pending' }, { at: sandbox.now() - 5 * hour })
    await sync('incremental')
    await sync('full')
    expect(await row('provider_objects', id)).toMatchObject({ raw: { status: 'pending' } })
    sandbox.update('reporting_report_runs', id, { status: 'succeeded' }, { silent: !isAnnounced })
    await sync('incremental')
    expect(await row('provider_objects', id)).toMatchObject({ raw: { status: 'succeeded' } })
  },
)

test('a list without reliable events is read whole: a shipping rate that is archived years later is there as archived', async () => {
  const { sandbox, sync, row } = await open(['shipping_rates'], counted)
  const rate = sandbox.expected('shipping_rates').at(-1)!
  sandbox.update('shipping_rates', rate.id, { active: false })
  const { requests } = await sync('incremental')
  expect(await row('provider_objects', rate.id)).toMatchObject({ raw: { active: false } })
  expect(requests).toBe(1)
})

test.each([40, 400])(
  'with nothing new an incremental job takes a handful of requests, with %i customers',
  async (customers) => {
    const { sync, sandbox } = await open(undefined, { customers, ...counted })
    sandbox.advance(hour / 20)
    const { requests, result } = await sync('incremental')
    expect(
      Object.values(result.resources).every(({ updated, created, rejected }) => updated + created + rejected === 0),
    ).toBe(true)
    expect(requests).toBeLessThanOrEqual(12)
  },
)
