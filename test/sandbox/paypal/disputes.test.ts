import { describe, expect, it } from 'vitest'
import type { Fields, Sandbox } from '../../../src/sandbox/paypal/index.ts'
import { ask, at, day, now, setup } from './support.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the answer holds
type Loose = any

const ids = (objects: readonly Fields[], field = 'id') => objects.map((object) => object[field])

describe('disputes', () => {
  const path = '/v1/customer/disputes'
  const next = ({ links }: Loose) => links.find(({ rel }: Loose) => rel === 'next')?.href
  const tokenIn = (href: string) => new URL(href).searchParams.get('next_page_token')!
  const read = async (sandbox: Sandbox, query: string) => {
    const disputes: Loose[] = []
    for (let token = ''; ; ) {
      const { body } = await ask(sandbox, `${path}?${query}${token && `&next_page_token=${encodeURIComponent(token)}`}`)
      disputes.push(...(body.items ?? []))
      if (!next(body)) return disputes
      token = tokenIn(next(body))
    }
  }

  it('of the last 180 days are listed, page by page, by a token that stands in a link alone', async () => {
    const sandbox = await setup({ transactions: 4_000, density: 'uniform' })
    const all = sandbox.expected('disputes') as Loose[]
    const recent = all.filter(({ update_time }) => Date.parse(update_time) > (now - 180 * day) * 1_000)
    expect(recent.length).toBeGreaterThan(4)
    expect(recent.length).toBeLessThan(all.length)
    const disputes = await read(sandbox, 'page_size=3')
    for (const size of [1, 2, 3, 50])
      expect(ids(await read(sandbox, `page_size=${size}`), 'dispute_id').toSorted()).toEqual(
        ids(recent, 'dispute_id').toSorted(),
      )
    const { body } = await ask(sandbox, `${path}?page_size=2`)
    expect(Object.keys(body)).toEqual(['items', 'links'])
    expect(tokenIn(next(body))).toMatch(/^[A-Za-z0-9+/=]+$/)
    for (const dispute of disputes) expect(dispute.disputed_transactions).toBeUndefined()
    const old = all.find((dispute) => !recent.includes(dispute))
    expect((await ask(sandbox, `${path}/${old.dispute_id}`)).body.disputed_transactions.length).toBe(1)
  })

  it('are found by their time of change, within 180 days and without the ends, to the millisecond', async () => {
    const sandbox = await setup()
    const [dispute] = sandbox.expected('disputes') as Loose[]
    const ms = Date.parse(dispute.update_time)
    const time = (offset: number) => new Date(ms + offset).toISOString()
    const isIn = async (query: string) => ids(await read(sandbox, query), 'dispute_id').includes(dispute.dispute_id)
    expect(await isIn(`update_time_after=${time(-1)}`)).toBe(true)
    expect(await isIn(`update_time_after=${time(0)}`)).toBe(false)
    expect(await isIn(`update_time_before=${time(0)}`)).toBe(false)
    expect(await isIn(`update_time_before=${time(1)}`)).toBe(true)
    const oldest = now - 180 * day
    expect((await ask(sandbox, `${path}?update_time_after=${at(oldest)}`)).status).toBe(200)
    for (const field of ['update_time_after', 'update_time_before', 'start_time']) {
      const reply = await ask(sandbox, `${path}?${field}=${at(oldest - 1)}`)
      expect([reply.status, reply.name, reply.body.details[0].field]).toEqual([400, 'INVALID_REQUEST', field])
    }
  })

  it('are found by the payment and the state; a page of none has no items', async () => {
    const sandbox = await setup()
    const [dispute] = sandbox.expected('disputes') as Loose[]
    const { seller_transaction_id: id } = dispute.disputed_transactions[0]
    expect(ids(await read(sandbox, `disputed_transaction_id=${id}`), 'dispute_id')).toEqual([dispute.dispute_id])
    const states = new Set((await read(sandbox, 'dispute_state=RESOLVED')).map(({ dispute_state }) => dispute_state))
    expect(states).toEqual(new Set(['RESOLVED']))
    const { body } = await ask(sandbox, `${path}?disputed_transaction_id=UNKNOWN`)
    expect(Object.keys(body)).toEqual(['links'])
    const wrong = [
      'page_size=51',
      'page=2',
      'dispute_state=OPEN',
      'next_page_token=AAAA',
      'update_time_after=yesterday',
    ]
    for (const query of wrong) expect((await ask(sandbox, `${path}?${query}`, { isWrong: true })).status).toBe(400)
    const both = await ask(sandbox, `${path}?start_time=${at(now - day)}&disputed_transaction_id=${id}`)
    expect(both.status).toBe(400)
  })
})
