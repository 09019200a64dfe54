import { describe, expect, it } from 'vitest'
import { customers } from '../../src/db/schema.ts'
import { SyncError } from '../../src/errors.ts'
import { openReading } from '../../src/job/open-reading.ts'
import type { ListSource, Page } from '../../src/provider/contract.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const now = 1_700_000_000_000
const hour = 3_600_000
const never = new AbortController().signal
const query = { cursor: null, limit: 100 }

interface Known {
  readonly account: string
  readonly seen?: number | null
  readonly began?: number | null
}

/** Reads customers; `answers` are the dates or the errors of its requests, in turn. */
function open(answers: readonly (number | SyncError)[], { known = [] as readonly Known[], forceRefresh = false } = {}) {
  const clock = createVirtualClock()
  const told: (readonly [code: string | null, throttled: boolean])[] = []
  const waits: (number | null)[] = []
  let [turn, logged, identified] = [0, 0, 0]
  const list = async (): Promise<Page> => {
    const answer = answers[Math.min(turn++, answers.length - 1)]
    if (answer instanceof SyncError) throw answer
    return { items: [], next: null, observedAt: new Date(answer ?? now) }
  }
  const source: ListSource = {
    ...{ kind: 'list', name: 'customers', table: customers, row: () => ({ id: 'x' }), list },
  }
  const account = {
    ...{ id: null, mode: 'live' as const, credential: 'key', perSecond: 100, sources: [source], close() {} },
    async identify() {
      identified++
      return { account: 'acct_1', since: 7 }
    },
  }
  const counts = { account: null as string | null, requests: 3 }
  const accounts = known.map(({ account, seen = null, began = null }) => ({
    account,
    seen,
    began,
    credential: account,
  }))
  const session = {
    ...{ deadline: { drainSignal: never, abortSignal: never }, databaseNow: () => now, counts, job: { accounts } },
    request: { providerName: 'stripe', additionalData: { forceRefresh } },
    waits: { watch: () => ({ onCall: () => () => {}, onAnswer() {}, onFailure: ({ ms }: Failure) => waits.push(ms) }) },
    logWait() {
      logged++
    },
  }
  const watch = {
    answered: ({ code, throttled }: { code: string | null; throttled: boolean }) => told.push([code, throttled]),
  }
  const reading = openReading(account as never, ['customers'], session as never, { clock, watch } as never)
  const ask = async () => {
    const [first] = reading.sources
    return await clock.run(first?.list(query, never) ?? Promise.reject(new Error('no source')))
  }
  return { reading, ask, counts, account, told, waits, logged: () => logged, identified: () => identified }
}
interface Failure {
  readonly ms: number | null
}

const seen = (account: string) => ({ account, seen: now / 1_000 })
const isRefused = expect.objectContaining({ code: 'provider_clock' })

describe('the dates of answers', () => {
  it.each([[[now, now - hour]], [[now - hour, now]], [[now - hour]]])(
    'from before the account was known are compared with those of its earlier jobs, the earliest of them',
    async (dates) => {
      const { reading, ask, counts } = open(dates, { known: [seen('acct_2'), seen('acct_1')] })
      reading.checkDates()
      for (const _ of dates) await ask()
      // Of an account that no job has read nothing is known.
      counts.account = 'acct_9'
      reading.checkDates()
      counts.account = 'acct_1'
      expect(() => reading.checkDates()).toThrow(isRefused)
    },
  )

  it('are compared as they come once the account is known, but for a forced job', async () => {
    const late = open([now - hour], { known: [seen('acct_1')] })
    late.counts.account = 'acct_1'
    await expect(late.ask()).rejects.toEqual(isRefused)
    const forced = open([now - hour], { known: [seen('acct_1')], forceRefresh: true })
    forced.counts.account = 'acct_1'
    await forced.ask()
    forced.reading.checkDates()
    await expect(open([now + hour]).ask()).rejects.toEqual(isRefused)
  })
})

it('a request that met a limit counts as throttled, and no other', async () => {
  const limit = { scope: 'endpoint', kind: 'rate' } as const
  const { ask, told } = open([
    new SyncError('reject', 'provider_unavailable', 'x: no', { limit }),
    new SyncError('reject', 'rate_limited', 'x: no'),
    new SyncError('reject', 'key_not_accepted', 'x: no'),
    now,
  ])
  for (let n = 0; n < 3; n++) await expect(ask()).rejects.toThrow()
  await ask()
  expect(told).toEqual([
    ['provider_unavailable', true],
    ['rate_limited', true],
    ['key_not_accepted', false],
    [null, false],
  ])
})

it('a wait is logged while another attempt follows', async () => {
  const { ask, waits, logged } = open([new SyncError('retry', 'provider_unavailable', 'x: away')])
  await expect(ask()).rejects.toThrow()
  expect(waits.length).toBeGreaterThan(2)
  expect(waits.at(-1)).toBeNull()
  expect(logged()).toBe(waits.length - 1)
})

it('how old an account is needs no request where it is known', async () => {
  const asked = open([now])
  expect([await asked.reading.since(never), asked.identified()]).toEqual([7, 1])
  const { reading, identified } = open([now], { known: [{ account: 'key', began: 5 }] })
  expect([await reading.since(never), identified()]).toEqual([5, 0])
})
