import { describe, expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { Account, ListSource } from '../../src/provider/contract.ts'
import { rateLimited } from '../../src/sync/rate-limited.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'
import { never } from './limiter-setup.ts'

const page = { items: [], next: null, observedAt: new Date(0) }
const query = { cursor: null, limit: 1 }

function open(more: Partial<ListSource> = {}, identify?: Account['identify']) {
  const clock = createVirtualClock()
  const told: object[] = []
  const source: ListSource = {
    ...{ kind: 'list', name: 'customers', table: customers, row: () => ({ id: 'x' }) },
    list: () => clock.sleep(200).then(() => page),
    ...more,
  }
  const account = {
    ...{ id: null, mode: 'live' as const, credential: '', perSecond: 100, sources: [source], close() {} },
    identify: identify ?? (async () => ({ account: 'acct_1', since: 0 })),
  }
  const answered = (answer: object) => told.push(answer)
  const reading = rateLimited(account, ['customers'], { clock, waiting: never, finishing: never, answered })
  const [limited] = reading.sources
  if (limited?.kind !== 'list') throw new Error('no list')
  return { clock, reading, limited, told }
}

describe('a source behind its limits', () => {
  it('has the requests that it had, and no others', async () => {
    const { limited } = open()
    for (const name of ['count', 'retrieve', 'partition', 'unsettled', 'nested'])
      expect(limited).not.toHaveProperty(name)
  })

  it('has every request counted, whichever it is', async () => {
    const unsettled = { by: { column: 'status' }, values: ['open'], list: async () => page }
    const { clock, limited, reading } = open({
      ...({ unsettled, partition: { column: 'location', list: async () => ['L1'] } } as object),
      count: async () => 5,
      retrieve: async (id) => ({ item: Item.of({ id }), observedAt: new Date(0) }),
      nested: [{ name: 'lines', table: customers, parent: 'customer', list: async () => page } as never],
    })
    const calls = [
      () => limited.count?.(never),
      () => limited.retrieve?.('a', never),
      () => limited.partition?.list(never),
      () => limited.nested?.[0]?.list('a', query, never),
      () => typeof limited.unsettled === 'object' && limited.unsettled.list?.(query, never),
    ]
    for (const [at, call] of calls.entries()) {
      expect(await clock.run(Promise.resolve(call()))).toBeTruthy()
      expect(reading.requests()).toBe(at + 1)
    }
  })

  it('keeps what it says of rows that may change where no list shows them', () => {
    const unsettled = { by: { column: 'status' }, values: ['open'] } as never
    expect(open({ unsettled }).limited.unsettled).toBe(unsettled)
    expect(open({ unsettled: 'every row' }).limited.unsettled).toBe('every row')
  })

  it('tells how long each request took, and how it failed', async () => {
    const { clock, limited, told } = open({
      retrieve: () => Promise.reject(new SyncError('reject', 'key_not_accepted', 'x: no')),
    })
    await clock.run(clock.sleep(5_000))
    await clock.run(limited.list(query, never))
    await expect(clock.run(Promise.resolve(limited.retrieve?.('a', never)))).rejects.toThrow('x: no')
    expect(told).toEqual([
      { endpoint: 'customers', error: null, ms: 200 },
      { endpoint: 'customers by id', error: expect.objectContaining({ code: 'key_not_accepted' }), ms: 0 },
    ])
  })

  it('is asked whose it is once, and again after a failure only', async () => {
    let asked = 0
    const { clock, reading } = open({}, async () => {
      if (++asked === 1) throw new SyncError('reject', 'key_not_accepted', 'x: no')
      return { account: 'acct_1', since: 7 }
    })
    await expect(clock.run(reading.identify(never))).rejects.toThrow('x: no')
    for (let n = 0; n < 3; n++) expect(await clock.run(reading.identify(never))).toMatchObject({ account: 'acct_1' })
    expect([await clock.run(reading.since(never)), asked]).toEqual([7, 2])
  })
})
