import { describe, expect, it } from 'vitest'
import type { Fields } from '../../../src/sandbox/paypal/index.ts'
import { ask, at, day, now, readAll, setup } from './support.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
type Loose = any

const ids = (objects: readonly Fields[], field = 'id') => objects.map((object) => object[field])

describe('subscriptions', () => {
  it('are found by plan, status and times, whose ends do not belong to the range', async () => {
    const sandbox = await setup()
    const all = sandbox.expected('subscriptions') as Loose[]
    const find = async (query: string) =>
      ids(await readAll(sandbox, `/v1/billing/subscriptions?page_size=20&${query}`, 'subscriptions')).toSorted()
    const matching = (fits: (subscription: Loose) => boolean) => ids(all.filter(fits)).toSorted()
    const { plan_id, create_time: time, status_update_time: changed } = all[4]
    expect(await find(`plan_ids=${plan_id}`)).toEqual(matching((subscription) => subscription.plan_id === plan_id))
    expect(await find('statuses=CANCELLED,EXPIRED')).toEqual(matching(({ status }) => /CANC|EXP/.test(status)))
    expect(await find(`created_after=${time}`)).toEqual(matching(({ create_time }) => create_time > time))
    expect(await find(`created_before=${time}`)).toEqual(matching(({ create_time }) => create_time < time))
    expect(await find(`status_updated_before=${changed}`)).toEqual(
      matching(({ status_update_time }) => status_update_time < changed),
    )
    const second = Date.parse(time) / 1_000
    expect(await find(`created_after=${at(second - 1)}&created_before=${at(second + 1)}`)).toContain(all[4].id)
  })

  it('are not counted; the last page has no link to a next one', async () => {
    const sandbox = await setup()
    const first = (await ask(sandbox, '/v1/billing/subscriptions')).body
    expect(Object.keys(first)).toEqual(['subscriptions', 'links'])
    expect([first.subscriptions.length, ...first.links.map(({ rel }: Loose) => rel)]).toEqual([10, 'self', 'next'])
    const last = (await ask(sandbox, '/v1/billing/subscriptions?page=100')).body
    expect([last.subscriptions, ...last.links.map(({ rel }: Loose) => rel)]).toEqual([[], 'self'])
    const wrong = ['total_required=true', 'page_size=21', 'statuses=PAUSED', 'created_after=2026-01-01']
    for (const query of wrong)
      expect((await ask(sandbox, `/v1/billing/subscriptions?${query}`, { isWrong: true })).status).toBe(400)
  })

  it('show the plan and the failed payment only if a request names them', async () => {
    const sandbox = await setup()
    const failed = sandbox
      .expected('subscriptions')
      .find(({ billing_info }: Loose) => billing_info?.last_failed_payment)!
    const plain = (await ask(sandbox, `/v1/billing/subscriptions/${failed.id}`)).body
    expect([plain.plan, plain.billing_info.last_failed_payment]).toEqual([undefined, undefined])
    const full = (await ask(sandbox, `/v1/billing/subscriptions/${failed.id}?fields=last_failed_payment,plan`)).body
    expect([full.plan.id, full.billing_info.last_failed_payment.reason_code]).toEqual([
      failed.plan_id,
      'PAYMENT_DENIED',
    ])
    expect((await ask(sandbox, `/v1/billing/subscriptions/${failed.id}?fields=all`)).status).toBe(400)
    expect((await ask(sandbox, '/v1/billing/subscriptions/I-UNKNOWN')).status).toBe(404)
  })

  it('have no list where PayPal has not switched it on', async () => {
    for (const [status, name] of [
      [404, 'RESOURCE_NOT_FOUND'],
      [403, 'NOT_AUTHORIZED'],
    ] as const) {
      const sandbox = await setup({ subscriptionList: status })
      const reply = await ask(sandbox, '/v1/billing/subscriptions')
      expect([reply.status, reply.name]).toEqual([status, name])
      const [known] = sandbox.expected('subscriptions')
      expect((await ask(sandbox, `/v1/billing/subscriptions/${known!.id}`)).status).toBe(200)
    }
  })

  it('list their payments, which the ledger has', async () => {
    const sandbox = await setup({ lag: 0 })
    const lines = sandbox.expected('transactions').map(({ transaction_info }: Loose) => transaction_info)
    const paid = lines.filter(({ paypal_reference_id_type }) => paypal_reference_id_type === 'SUB')
    const id = paid[0].paypal_reference_id
    const range = `start_time=${at(now - 3 * 365 * day)}&end_time=${at(now)}`
    const { transactions } = (await ask(sandbox, `/v1/billing/subscriptions/${id}/transactions?${range}`)).body
    const expected = paid.filter(({ paypal_reference_id }) => paypal_reference_id === id)
    expect(ids(transactions).toSorted()).toEqual(ids(expected, 'transaction_id').toSorted())
    const missing = await ask(sandbox, `/v1/billing/subscriptions/${id}/transactions`, { isWrong: true })
    expect([missing.status, missing.issue]).toEqual([400, 'MISSING_REQUIRED_PARAMETER'])
  })
})
