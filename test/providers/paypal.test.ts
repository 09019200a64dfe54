import { describe, expect, it, onTestFinished } from 'vitest'
import { SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import type { Credentials, Query } from '../../src/provider/contract.ts'
import { fields } from '../../src/provider/fields.ts'
import { type PayPalSettings, paypal } from '../../src/providers/paypal/index.ts'
import { resources } from '../../src/providers/paypal/resources/index.ts'
import { createPayPalSandbox, type Failure, type SandboxOptions, sandboxApp } from '../../src/sandbox/paypal/index.ts'
import { expectNoSecret } from '../contracts/exercise-provider.ts'
import { checkRequests } from '../specs/paypal.ts'

/* PayPal's lists one by one. What jobs make of them is in test/integration/paypal*.test.ts. */

const tenantId = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const now = 1_790_000_000
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
  const sandbox = await createPayPalSandbox({ transactions: 400, limits: 'none', now, ...options })
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

const failures: Readonly<Record<string, readonly [failure: Failure, verdict: string, code: string]>> = {
  'the client is not known any more': [{ kind: 'error', status: 401 }, 'reject', 'key_not_accepted'],
  'the client may not read this': [{ kind: 'not-authorized' }, 'reject', 'permission_denied'],
  'there are too many requests': [{ kind: 'rate-limited' }, 'retry', 'rate_limited'],
  'PayPal fails': [{ kind: 'error', status: 500 }, 'retry', 'provider_unavailable'],
  'a proxy answers in HTML': [{ kind: 'html' }, 'retry', 'provider_unavailable'],
  'the answer ends early': [{ kind: 'truncated' }, 'retry', 'provider_unreachable'],
  'the answer is JSON of another shape': [{ kind: 'not-a-list' }, 'retry', 'provider_response'],
  'an error comes with status 200': [{ kind: 'error-in-200' }, 'retry', 'provider_response'],
  'the connection is reset': [{ kind: 'reset' }, 'retry', 'provider_unreachable'],
}

describe.each(listed)('the list %s', (name) => {
  it.each(Object.entries(failures))(
    'says what it is when %s, without the secret',
    async (_, [failure, verdict, code]) => {
      const { sandbox, list } = await open()
      sandbox.fail({ ...failure, path: /^(?!\/v1\/oauth2)/ } as Parameters<typeof sandbox.fail>[0])
      const error = await list(name).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(SyncError)
      expect(error).toMatchObject({ verdict, code })
      expectNoSecret(error, [sandboxApp.secret])
    },
  )

  it('becomes rows whatever shape a field has', async () => {
    const { account, list } = await open()
    const source = account.sources.find((candidate) => candidate.name === name)
    const { items } = await list(name)
    for (const item of items.slice(0, 3)) {
      const value = fields(item.value())
      expect(source?.row(item).id).toBe(item.id)
      for (const field of Object.keys(value))
        for (const odd of [null, true, -1, 'x', [], [null], {}, { id: 7 }])
          expect(() => source?.row(Item.of({ ...value, [field]: odd }).withId('made'))).not.toThrow()
    }
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
      .of('M2M2M2M2M2')
      .expected('products')
      .map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(items.map((item) => item.id)))
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

it.each([
  '',
  'short',
  'no colon here at all',
  '{"clientId":"short","clientSecret":"short"}',
  '{"clientId":7}',
  'merchant:',
  'merchant:with space',
  '{broken',
])('credentials of another shape are refused without repeating them: %j', (accessToken) => {
  const connect = () => paypal(settings()).connect({ tenantId, accessToken })
  expect(connect).toThrowError(expect.objectContaining({ verdict: 'reject', code: 'bad_credentials' }))
})

it('a message without a token reads the configured account for its own tenant only', () => {
  const other = () => paypal(settings()).connect({ tenantId: tenantId.replace('0', '1'), accessToken: undefined })
  expect(other).toThrowError(expect.objectContaining({ code: 'no_credentials' }))
})
