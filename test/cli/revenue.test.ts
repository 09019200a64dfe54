import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { revenueLine } from '../../src/cli/revenue.ts'
import { monthsAgo, plantMovement, plantMrr } from '../operations/plant-revenue.ts'
import { openOperator } from './jobs/operator-env.ts'

const parse = (stdout: string) =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => revenueLine.strict().parse(JSON.parse(line)))

const month = (ago: number) => monthsAgo(ago).slice(0, 7)

/** Two customers: one grows and stays, one goes. 100 + 50 → 150 + 50 → 150 euros. */
async function openWithRevenue() {
  const operator = await openOperator()
  const tenant = randomUUID()
  await plantMrr(operator.query, { tenant }, [
    { customer: 'cus_1', mrr: 10_000, from: monthsAgo(3, '10'), to: monthsAgo(2, '10') },
    { customer: 'cus_1', mrr: 15_000, from: monthsAgo(2, '10') },
    { customer: 'cus_2', mrr: 5_000, from: monthsAgo(3, '10'), to: monthsAgo(1, '10') },
  ])
  await plantMovement(
    operator.query,
    { tenant },
    {
      id: 'txn_1',
      type: 'charge',
      reporting_category: 'charge',
      amount: 150_000,
      fee: 2_345,
      created_at: monthsAgo(1, '10'),
    },
  )
  await operator.query(
    `insert into sync_accounts (tenant_id, provider, account, mode) values ($1, 'stripe', 'acct_1', 'live')`,
    [tenant],
  )
  return { ...operator, tenant }
}

test('revenue shows MRR by month with its movements, customers, churn and net revenue, in major units', async () => {
  const { as, tenant } = await openWithRevenue()
  const { code, stdout, stderr } = await as('reader', ['revenue', '--months', '4'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.split('\n')
  expect(lines[0]).toBe(`stripe acct_1, live, in EUR, tenant ${tenant}`)
  const cells = lines.slice(3).map((line) => line.trim().split(/ {2,}/))
  expect(cells.slice(0, 4)).toEqual([
    [month(3), '0.00', '150.00', '0.00', '0.00', '0.00', '0.00', '150.00', '2', '·', '·', '·'],
    [month(2), '150.00', '0.00', '50.00', '0.00', '0.00', '0.00', '200.00', '2', '0.0 %', '-33.3 %', '·'],
    [month(1), '200.00', '0.00', '0.00', '0.00', '0.00', '50.00', '150.00', '1', '50.0 %', '25.0 %', '1,476.55'],
    [month(0), '150.00', '0.00', '0.00', '0.00', '0.00', '0.00', '150.00', '1', '0.0 %', '0.0 %', '·'],
  ])
  // Amounts end below each other.
  expect(new Set(lines.slice(1, 7).map((line) => line.length)).size).toBe(1)
})

test('revenue --json and --csv have minor units, and the same values', async () => {
  const { as, tenant } = await openWithRevenue()
  const json = await as('worker', ['revenue', '--json', '--tenant', tenant, '--months', '2'])
  const lines = parse(json.stdout)
  expect(lines).toHaveLength(2)
  expect(lines[0]).toEqual({
    tenantId: tenant,
    provider: 'stripe',
    account: 'acct_1',
    mode: 'live',
    currency: 'eur',
    month: month(1),
    opening: 20_000,
    new: 0,
    expansion: 0,
    reactivation: 0,
    contraction: 0,
    churn: 5_000,
    closing: 15_000,
    customersOpening: 2,
    customersClosing: 1,
    newCustomers: 0,
    churnedCustomers: 1,
    reactivatedCustomers: 0,
    customerChurnRate: 0.5,
    grossChurnRate: 0.25,
    netChurnRate: 0.25,
    grr: 0.75,
    nrr: 0.75,
    charged: 150_000,
    refunded: 0,
    disputed: 0,
    fees: 2_345,
    net: 147_655,
  })
  const csv = await as('worker', ['revenue', '--csv', '--tenant', tenant, '--months', '2'])
  const [header, ...rest] = csv.stdout.trimEnd().split('\n')
  expect(header).toBe(Object.keys(revenueLine.shape).join())
  expect(rest).toEqual(lines.map((line) => Object.values(line).join()))
  expect((await as('worker', ['revenue', '--csv', '--json'])).stderr).toContain('--json and --csv exclude each other.')
})

test('currencies, accounts and modes are tables of their own, and each can be chosen', async () => {
  const { as, query, tenant } = await openWithRevenue()
  await plantMrr(query, { tenant }, [{ customer: 'cus_3', currency: 'kwd', mrr: 12_345_678, from: monthsAgo(1) }])
  await plantMrr(query, { tenant, account: 'acct_1:test', livemode: false }, [
    { customer: 'cus_1', mrr: 100, from: monthsAgo(1) },
  ])
  await plantMrr(query, { tenant, account: 'a,"b"', livemode: null, provider: 'paypal' }, [
    { customer: 'cus_1', mrr: 100, from: monthsAgo(1) },
  ])
  const titles = async (...args: string[]) =>
    (await as('reader', ['revenue', '--tenant', tenant, ...args])).stdout
      .split('\n')
      .filter((line) => / in [A-Z]{3}$/.test(line))
  const [paypal, eur, kwd, sandbox] = [
    'paypal a,"b", mode unknown, in EUR',
    'stripe acct_1, live, in EUR',
    'stripe acct_1, live, in KWD',
    'stripe acct_1:test, test, in EUR',
  ]
  expect(await titles()).toEqual([paypal, eur, kwd, sandbox])
  expect(await titles('--currency', 'KWD')).toEqual([kwd])
  expect(await titles('--mode', 'test')).toEqual([sandbox])
  expect(await titles('--mode', 'unknown')).toEqual([paypal])
  expect(await titles('--account', 'acct_1', '--provider', 'stripe')).toEqual([eur, kwd])
  expect((await as('reader', ['revenue', '--currency', 'kwd'])).stdout).toContain('12,345.678')
  expect((await as('reader', ['revenue', '--csv', '--provider', 'paypal'])).stdout).toContain(
    ',paypal,"a,""b""",unknown,eur,',
  )
})

test('the time zone moves the months, and a wrong one is refused in words', async () => {
  const { as, query, tenant } = await openWithRevenue()
  await plantMrr(query, { tenant, account: 'acct_2' }, [
    { customer: 'cus_1', mrr: 100, from: `${monthsAgo(1)}T03:00:00Z` },
  ])
  const first = async (...args: string[]) =>
    parse((await as('reader', ['revenue', '--json', '--account', 'acct_2', ...args])).stdout)[0]?.month
  expect(await first()).toBe(month(1))
  expect(await first('--time-zone', 'America/New_York')).toBe(month(2))
  expect(await as('reader', ['revenue', '--time-zone', 'Mars/Olympus'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--time-zone takes the name of a time zone, not "Mars/Olympus".'),
  })
})

test('without revenue the command says what to do, and a login of one tenant is told so', async () => {
  const { as } = await openOperator()
  expect(await as('reader', ['revenue'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('npm start -- --resources default'),
  })
  expect((await as('worker', ['revenue'])).stdout).toContain("sees one tenant's rows at a time")
})
