import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { createSquareSandbox, type ResourceName, type SandboxOptions } from '../../src/sandbox/square/index.ts'
import { setup } from '../support/setup.ts'
import { compareAccount, differingIn } from './compare-account.ts'

export const token = 'EAAAEsandboxtoken0123456789'
export const tenantId = randomUUID()

/** The tables of Square's resources, by their names in jobs. */
const tables: Readonly<Record<string, ResourceName>> = {
  customers: 'customers',
  products: 'plans',
  prices: 'variations',
  subscriptions: 'subscriptions',
  invoices: 'invoices',
  orders: 'orders',
  payments: 'payments',
  refunds: 'refunds',
  disputes: 'disputes',
  payouts: 'payouts',
  balance_transactions: 'entries',
}

/** A seller of Square's sandbox, a worker, and what differs between the two. */
export async function openSquare(options: SandboxOptions = {}) {
  // Its clock stands hours behind, so that it can be advanced without being ahead of the database's.
  const now = Math.floor(Date.now() / 1_000) - 10_000
  const square = await createSquareSandbox({ payments: 1_200, limits: 'none', now, ...options })
  onTestFinished(() => square.close())
  const stack = await setup({
    sandbox: { customers: 1 },
    settings: { Square__ApiBase: square.url, Square__RequestsPerSecond: '1000', Square__Environment: 'sandbox' },
  })
  const run = (additionalData: object = {}) => send({ additionalData })
  const send = async (fields: object) => {
    const jobId = randomUUID()
    await stack.deliver({ jobId, tenantId, providerName: 'square', accessToken: token, additionalData: {}, ...fields })
    return (await stack.job(jobId)) as {
      status: string
      error: unknown
      result: { resources: Record<string, { proof?: { equal: boolean }; skipped?: { code: string } }> }
    }
  }
  /** The stored payloads of live rows, by id, of each resource that differs from what a complete copy holds. */
  const differences = async () => {
    const differing: string[] = []
    for (const [table, resource] of Object.entries(tables)) {
      const rows = await stack.query<{ id: string; raw: unknown }>(
        `select id, raw from ${table} where tenant_id = $1 and provider = 'square' and deleted_at is null order by id`,
        [tenantId],
      )
      const stored = Object.fromEntries(rows.map(({ id, raw }) => [id, raw]))
      const expected = Object.fromEntries(square.expected(resource).map((object) => [String(object.id), object]))
      const ids = [...new Set([...Object.keys(stored), ...Object.keys(expected)])]
      for (const id of ids)
        if (JSON.stringify(sorted(stored[id])) !== JSON.stringify(sorted(expected[id])))
          differing.push(`${table} ${id}`)
    }
    return differing
  }
  /** What `verify` says of each resource. */
  const compared = (resources?: readonly string[]) =>
    compareAccount({
      ...{
        stack,
        tenantId,
        accessToken: token,
        account: `${square.merchant}:test`,
        provider: 'square',
        before: square.now() + 1,
      },
      ...(resources && { resources }),
    })
  /** The resources in which `verify` finds a difference, and those that it skips. */
  const verify = async () => differingIn(await compared())
  return { square, stack, run, send, differences, compared, verify }
}

/** The same value with its keys in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}
