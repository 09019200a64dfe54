import { openSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/stripe/index.ts'

/*
 * An installation of 0.1.0 as `0.1.0.sql.br` holds it: its tenants, their accounts at the provider, and the messages of
 * its jobs. `write-dump.ts` runs the worker of 0.1.0 on it; the test goes on with the worker of today.
 */

/** The provider's clock stands a year before the dump was made, so that the test is the same at any later time. */
const start = Date.UTC(2025, 10, 28) / 1_000
const hour = 3_600
const day = 24 * hour

export const tenants = {
  /** Synced with its own key: rejects, an erased customer, and a job whose worker was killed. */
  direct: '0a100000-0000-4000-8000-000000000001',
  /** One account in live and test mode. The job in test mode is paused. */
  modes: '0a100000-0000-4000-8000-000000000002',
  /** A connected account, of which 0.1.0 knew the name. */
  connected: '0a100000-0000-4000-8000-000000000003',
} as const

export const keys = {
  direct: 'sk_live_own',
  live: 'sk_live_modes',
  test: 'sk_test_modes',
  connected: 'acct_connected',
} as const

export type AccountName = keyof typeof keys

const options: Readonly<Record<AccountName, SandboxOptions>> = {
  direct: { customers: 12, seed: 1, account: 'acct_own' },
  live: { customers: 5, seed: 2, account: 'acct_modes' },
  // Without subscriptions, whose items would have the ids of those in live mode: the sandbox numbers them alike.
  test: { customers: 7, seed: 3, account: 'acct_modes', counts: { subscriptions: 0, subscription_schedules: 0 } },
  connected: { customers: 6, seed: 4, account: 'acct_platform' },
}

/** An account at the provider, as it was before the first job. */
export const openAccount = (name: AccountName): Promise<Sandbox> =>
  openSandbox({ now: start, limits: 'none', ...options[name] })

/** The customer of `direct` whom 0.1.0 erased: the customer with the most invoices. */
export function erasedCustomer(sandbox: Sandbox): string {
  const invoices = sandbox.expected('invoices')
  const count = (id: string) => invoices.filter(({ customer }) => customer === id).length
  const [most] = sandbox.expected('customers').toSorted((left, right) => count(right.id) - count(left.id))
  return most!.id
}

/** Changes between the first jobs of an account and the incremental job. */
export function changeOnce(sandbox: Sandbox): void {
  const customers = sandbox.expected('customers').filter(({ id }) => id !== erasedCustomer(sandbox))
  sandbox.advance(day)
  sandbox.update('customers', customers[0]!.id, { balance: -1_200 })
  sandbox.remove('customers', customers[1]!.id)
  sandbox.insert('customers', { name: 'Nora Nachgetragen' })
  sandbox.advance(hour)
}

/** Changes between the incremental job of `direct` and the job that is killed. */
export function changeAgain(sandbox: Sandbox): void {
  for (const name of ['Ada Anders', 'Ben Bald', 'Cem Chronos']) {
    sandbox.advance(60)
    const { id } = sandbox.insert('customers', { name })
    sandbox.insert('charges', { customer: id, amount: 4_200 })
  }
  sandbox.advance(hour)
}

const job = (last: number, tenant: keyof typeof tenants, account: AccountName, additionalData: object = {}) => ({
  jobId: `0a100000-0000-4000-9000-00000000000${last}`,
  tenantId: tenants[tenant],
  providerName: 'stripe',
  accessToken: keys[account],
  additionalData,
})

export const jobs = {
  direct: job(1, 'direct', 'direct'),
  directIncremental: job(2, 'direct', 'direct', { sync_type: 'incremental' }),
  running: job(3, 'direct', 'direct', { batch_size: 2 }),
  live: job(4, 'modes', 'live'),
  paused: job(5, 'modes', 'test', { batch_size: 2 }),
  connected: job(6, 'connected', 'connected'),
  connectedIncremental: job(7, 'connected', 'connected', { sync_type: 'incremental' }),
} as const
