import { describe, expect, it, onTestFinished } from 'vitest'
import type { Credentials, Query } from '../../src/provider/contract.ts'
import { fields } from '../../src/provider/fields.ts'
import { type PayPalSettings, paypal } from '../../src/providers/paypal/index.ts'
import { resources } from '../../src/providers/paypal/resources/index.ts'
import { type Failure, type SandboxOptions, sandboxApp } from '../../src/sandbox/paypal/index.ts'
import { exerciseProvider, type FailureKind } from '../contracts/exercise-provider.ts'
import { createCheckedPayPal } from '../specs/checked-sandbox.ts'
import { checkRequests } from '../specs/paypal.ts'
import { balancesOf, expectedOf, lineIds, lists, now, tokenPath } from './paypal-expected.ts'

/* PayPal's lists one by one. What jobs make of them is in test/integration/paypal*.test.ts. */

const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const never = new AbortController().signal

const settings = (over: Partial<PayPalSettings> = {}): PayPalSettings => ({
  clientId: sandboxApp.id,
  clientSecret: sandboxApp.secret,
  clientTenant: tenantId,
  environment: 'sandbox',
  apiBase: undefined,
  perSecond: undefined,
  ...over,
})

async function open(options: SandboxOptions = {}, credentials: Partial<Credentials> = {}) {
  const sandbox = await createCheckedPayPal({ transactions: 400, limits: 'none', now, ...options })
  onTestFinished(() => sandbox.close())
  const provider = paypal(settings({ apiBase: sandbox.url }))
  const account = provider.connect({ tenantId, accessToken: undefined, ...credentials })
  onTestFinished(() => account.close())
  const list = (name: string, query: Partial<Query> = {}) => {
    const source = account.sources.find((candidate) => candidate.name === name)
    if (!source) throw new Error(`no source ${name}`)
    const window = source.createdFilter ? { window: { from: now - 30 * 86_400, to: now } } : {}
    return source.list({ cursor: null, limit: Math.min(10, source.pageSize ?? 10), ...window, ...query }, never)
  }
  return { sandbox, account, list }
}

const listed = resources.filter(({ derivedFrom }) => derivedFrom === undefined).map(({ name }) => name)

const badTokens = [
  '',
  'short',
  'no colon here at all',
  '{"clientId":"short","clientSecret":"short"}',
  '{"clientId":7}',
  'merchant:',
  'merchant:with space',
  '{broken',
]

const failures: Readonly<Record<FailureKind, Failure>> = {
  'the key is refused': { kind: 'error', status: 401 },
  'the key may not read this': { kind: 'not-authorized' },
  'too many requests': { kind: 'rate-limited' },
  'the provider fails': { kind: 'error', status: 500 },
  'the answer is no JSON': { kind: 'html' },
  'the answer ends early': { kind: 'truncated' },
  'the answer is JSON of another shape': { kind: 'not-a-list' },
  'the connection is reset': { kind: 'reset' },
}
/** Every request but those for tokens. */
const request = { path: /^(?!\/v1\/oauth2)/ }

exerciseProvider({
  name: 'paypal',
  async open() {
    const counts = { subscriptions: 40, plans: 30, products: 30, invoices: 40, disputes: 0 }
    const sandbox = await createCheckedPayPal({ transactions: 400, counts, limits: 'none', now })
    for (let n = 1; n <= 40; n++) sandbox.insert('disputes', {}, { at: now - n * 5 * 86_400 })
    const balances = await balancesOf(sandbox)
    return {
      provider: paypal(settings({ apiBase: sandbox.url })),
      credentials: { tenantId, accessToken: undefined },
      // The advice of an error has `merchant:` in it.
      badCredentials: badTokens
        .filter((text) => text !== 'merchant:')
        .map((accessToken) => ({ tenantId, accessToken })),
      secrets: [sandboxApp.secret],
      facts: {
        subscriptions: { numbered: true },
        balances: { pages: 'whole' },
        disputes: { besides: 'everything newer', numbered: true },
        invoices: { besides: 'its ends' },
      },
      expected: (resource) => (resource === 'balances' ? balances : expectedOf(sandbox, resource)),
      expectedNested: (nested, parent) => (nested === 'subscription_items' ? [parent] : lineIds(sandbox, parent)),
      now: sandbox.now,
      requests: () => sandbox.requests.filter(({ path }) => path !== tokenPath).length,
      remove(resource, id) {
        const list = lists[resource]
        if (!list) return { never: 'a line of the ledger stays for ever, and a balance is a number' }
        sandbox.remove(list, id)
      },
      change(resource, id) {
        sandbox.advance(60)
        const time = new Date(sandbox.now() * 1_000).toISOString().replace('.000', '')
        sandbox.update(lists[resource]!, id, resource === 'subscriptions' ? { status_update_time: time } : {})
      },
      refuseWindow: () => sandbox.fail({ kind: 'result-set-too-large', ...request }),
      emptyPage: (resource) =>
        resource === 'balances'
          ? { never: 'one answer has all balances' }
          : sandbox.fail({ kind: 'empty-more', times: 1, ...request }),
      expireCursors: () => ({ never: 'a cursor is the number of a page, or a token without an end that is known' }),
      makesTokens: true,
      expireToken: sandbox.expireTokens,
      fail: (kind) => sandbox.fail({ ...failures[kind], ...request }),
      close: sandbox.close,
    }
  },
})

describe.each(listed)('the list %s', (name) => {
  it.each([
    ['a key that is refused', failures['the key is refused'], 'key_not_accepted'],
    ['a feature that is off', failures['the key may not read this'], 'permission_denied'],
    ['too many requests', failures['too many requests'], 'rate_limited'],
    ['a fault of PayPal', failures['the provider fails'], 'provider_unavailable'],
    ['a request that was waited for in vain', { kind: 'error', status: 408 }, 'provider_unavailable'],
    ['a proxy that answers in HTML', failures['the answer is no JSON'], 'provider_unavailable'],
    ['an answer that ends early', failures['the answer ends early'], 'provider_unreachable'],
    ['an answer of another shape', failures['the answer is JSON of another shape'], 'provider_response'],
    ['an error with status 200', { kind: 'error-in-200' } satisfies Failure, 'provider_response'],
  ] as const)('has a code for %s', async (_, failure, code) => {
    const { sandbox, list } = await open()
    sandbox.fail({ ...failure, ...request })
    await expect(list(name)).rejects.toMatchObject({ name: 'SyncError', code })
  })
})

describe('a request to PayPal', () => {
  it('is one that the specifications know, with every parameter, for each list and each kind of window', async () => {
    const { sandbox, account, list } = await open()
    for (const { name, updatedFilter, retrieve } of account.sources) {
      if (!listed.includes(name)) continue
      await list(name)
      if (updatedFilter) await list(name, { by: 'updated', window: { from: now - 86_400, to: now } })
      await retrieve?.('UNKNOWN', never).catch(() => null)
    }
    await account.identify(never)
    expect(checkRequests(sandbox.requests)).toEqual([])
    expect(sandbox.requests.length).toBeGreaterThan(12)
  })

  it('asks for all fields of the ledger, and for what does not change the balance', async () => {
    const { sandbox, list } = await open()
    await list('balance_transactions')
    expect(sandbox.requests.at(-1)?.query).toMatchObject({ fields: 'all', balance_affecting_records_only: 'N' })
  })

  it('for a merchant of a platform says for whom it is made', async () => {
    const { sandbox, account, list } = await open(
      { merchants: ['SANDB2XMERCH2', 'M2M2M2M2M2'] },
      { accessToken: 'merchant:M2M2M2M2M2' },
    )
    expect(account.id).toBe('M2M2M2M2M2:test')
    const { items } = await list('products')
    const ids = sandbox
      .accessTo('M2M2M2M2M2')
      .expected('products')
      .map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(items.map((item) => item.id)))
  })
})

describe('too many requests', () => {
  /** The milliseconds to wait after each of these answers of the list of products. */
  async function waitsAfter(...answers: readonly ('429' | '429 with 7 s' | '200')[]) {
    const { sandbox, list } = await open()
    await list('products')
    const waits: unknown[] = []
    for (const answer of answers) {
      const retryAfter = answer === '429 with 7 s' ? { retryAfter: 7 } : {}
      if (answer !== '200') sandbox.fail({ kind: 'rate-limited', ...retryAfter, ...request, times: 1 })
      const failure = await list('products').catch((error: unknown) => error)
      waits.push(fields(failure).retryAfter)
    }
    return waits
  }

  it('are waited for half a minute, and for five minutes from the second answer in a row', async () => {
    expect(await waitsAfter('429', '429', '429')).toEqual([30_000, 300_000, 300_000])
    expect(await waitsAfter('429', '200', '429')).toEqual([30_000, undefined, 30_000])
  })

  it('are waited for as long as PayPal says', async () => {
    expect(await waitsAfter('429', '429 with 7 s')).toEqual([30_000, 7_000])
  })

  it('for a token count, too', async () => {
    const { sandbox, list } = await open()
    sandbox.fail({ kind: 'rate-limited', path: /^\/v1\/oauth2/, times: 2 })
    await expect(list('products')).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 30_000 })
    await expect(list('products')).rejects.toMatchObject({ code: 'rate_limited', retryAfter: 300_000 })
  })
})

describe('the ledger', () => {
  it('has lines of one transaction under ids of their own, and payments under the id of PayPal', async () => {
    const { list, account } = await open({ transactions: 800 })
    const source = account.sources.find(({ name }) => name === 'balance_transactions')
    const { items } = await list('balance_transactions', { limit: 500 })
    const ids = items.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const transactionIds = items.map((item) => String(fields(fields(item.value()).transaction_info).transaction_id))
    expect(new Set(transactionIds).size).toBeLessThan(ids.length)
    for (const item of items)
      for (const { item: payment } of source?.embeddedItems?.(item).payments ?? [])
        expect(transactionIds).toContain(payment.id)
  })

  it('is empty for windows that PayPal has no data of, yet, and says up to when it is complete', async () => {
    const { list } = await open()
    const page = await list('balance_transactions', { window: { from: now + 86_400, to: now + 2 * 86_400 } })
    expect(page).toMatchObject({ items: [], total: 0, next: null, completeTo: new Date((now + 86_400) * 1_000) })
  })

  it('is refused in a window that has left the history in part, so that the core halves it', async () => {
    const { list } = await open()
    const begin = now - 1_097 * 86_400
    await expect(
      list('balance_transactions', { window: { from: begin, to: begin + 31 * 86_400 } }),
    ).rejects.toMatchObject({ code: 'window_too_large', scope: 'page' })
    const gone = await list('balance_transactions', { window: { from: begin - 30 * 86_400, to: begin } })
    expect(gone).toMatchObject({ items: [], total: 0 })
    expect(gone).not.toHaveProperty('completeTo')
  })
})

it.each(badTokens)('credentials of another shape are refused without repeating them: %j', (accessToken) => {
  const connect = () => paypal(settings()).connect({ tenantId, accessToken })
  expect(connect).toThrowError(expect.objectContaining({ verdict: 'reject', code: 'bad_credentials' }))
})

it('a message without a token reads the configured account for its own tenant only', () => {
  const other = () => paypal(settings()).connect({ tenantId: tenantId.replace('0', '1'), accessToken: undefined })
  expect(other).toThrowError(expect.objectContaining({ code: 'no_credentials' }))
})
