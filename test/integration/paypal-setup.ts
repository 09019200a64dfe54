import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import {
  createPayPalSandbox,
  type ResourceName,
  type SandboxOptions,
  sandboxApp,
} from '../../src/sandbox/paypal/index.ts'
import type { Exemption } from '../support/faults.ts'
import { setup } from '../support/setup.ts'
import { compareAccount, differingIn } from './compare-account.ts'

export const accessToken = JSON.stringify({ clientId: sandboxApp.id, clientSecret: sandboxApp.secret })

/** The tables of PayPal's resources whose rows have the whole payload. */
const tables: Readonly<Record<string, ResourceName>> = {
  balance_transactions: 'transactions',
  subscriptions: 'subscriptions',
  prices: 'plans',
  invoices: 'invoices',
  disputes: 'disputes',
}

/** An account of PayPal's sandbox, a worker, and what differs between the two. */
export async function openPayPal({ exempt, ...options }: SandboxOptions & { readonly exempt?: Exemption } = {}) {
  const tenantId = randomUUID()
  // Its clock stands hours behind, so that it can be advanced without being ahead of the database's.
  const now = Math.floor(Date.now() / 1_000) - 14 * 3_600
  const paypal = await createPayPalSandbox({ transactions: 1_200, limits: 'none', now, ...options })
  onTestFinished(() => paypal.close())
  const stack = await setup({
    ...(exempt && { exempt }),
    sandbox: { customers: 1 },
    settings: { PayPal__ApiBase: paypal.url, PayPal__RequestsPerSecond: '1000', PayPal__Environment: 'sandbox' },
  })
  const send = async (fields: object, deliver: (request: object) => Promise<unknown> = stack.deliver) => {
    const jobId = randomUUID()
    await deliver({ jobId, tenantId, providerName: 'paypal', accessToken, additionalData: {}, ...fields })
    return (await stack.job(jobId)) as {
      status: string
      error: unknown
      requests: number
      result: { note?: string; resources: Record<string, { proof?: { equal: boolean }; skipped?: { code: string } }> }
    }
  }
  const run = (additionalData: object = {}) => send({ additionalData })
  /** Delivers the message of a job once, also where calls go wrong besides. */
  const tryOnce = () => send({}, (request) => stack.handle([JSON.stringify(request)]))
  /** The payloads that the table lacks or has too much, of each resource. */
  const differences = async () => {
    const differing: string[] = []
    for (const [table, resource] of Object.entries(tables)) {
      const rows = await stack.query<{ raw: Readonly<Record<string, unknown>> }>(
        `select raw from ${table} where tenant_id = $1 and provider = 'paypal' and deleted_at is null`,
        [tenantId],
      )
      const stored = rows
        .filter(({ raw }) => isRecent(raw))
        .map(({ raw }) => text(raw))
        .toSorted()
      const expected = paypal
        .expected(resource)
        .filter(isRecent)
        .map((object) => text(shown(object)))
        .toSorted()
      const [inTable, inAccount] = [new Set(stored), new Set(expected)]
      differing.push(
        ...stored.filter((row) => !inAccount.has(row)).map((row) => `${table}: too much ${row.slice(0, 200)}`),
      )
      differing.push(
        ...expected.filter((row) => !inTable.has(row)).map((row) => `${table}: missing ${row.slice(0, 200)}`),
      )
      if (stored.length !== expected.length) differing.push(`${table}: ${stored.length} rows of ${expected.length}`)
    }
    return differing
  }
  /** What `verify` says of each resource. */
  const compared = (resources?: readonly string[]) =>
    compareAccount({
      ...{
        stack,
        tenantId,
        accessToken,
        account: `${paypal.merchant}:test`,
        provider: 'paypal',
        before: paypal.now() + 1,
      },
      ...(resources && { resources }),
    })
  /** The resources in which `verify` finds a difference, and those that it skips. */
  const verify = async () => differingIn(await compared())
  return { paypal, stack, tenantId, run, tryOnce, send, differences, compared, verify }
}

/** PayPal shows disputes of 180 days. The tests' clocks end within a day of now. */
const isRecent = ({ dispute_id: dispute, create_time: created }: Readonly<Record<string, unknown>>) =>
  dispute === undefined || Date.parse(String(created)) > Date.now() - 179 * 86_400_000

/** Without what PayPal shows in one kind of answer only: the state of a dispute in lists, a failed payment by id. */
function shown({ dispute_state: _, ...object }: Readonly<Record<string, unknown>>) {
  if (typeof object.billing_info !== 'object') return object
  const { last_failed_payment: __, ...billing } = object.billing_info as Record<string, unknown>
  return { ...object, billing_info: billing }
}

const text = (value: unknown) => JSON.stringify(sorted(value))

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
