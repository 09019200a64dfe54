import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { monthsAgo, plantMovement, plantMrr } from '../operations/plant-revenue.ts'
import { openTestDatabase } from '../support/database.ts'
import { asWorker } from '../support/postgres.ts'
import { openTestPage } from './page-setup.ts'

type Query = Awaited<ReturnType<typeof openTestPage>>['query']

const connect = (query: Query, tenant: string, account = 'acct_1') =>
  query(`insert into sync_accounts (tenant_id, provider, account, mode) values ($1, 'stripe', $2, 'live')`, [
    tenant,
    account,
  ])

async function openWithRevenue() {
  const page = await openTestPage()
  const tenant = randomUUID()
  await connect(page.query, tenant)
  await plantMrr(page.query, { tenant }, [
    { customer: 'cus_1', mrr: 10_000, from: monthsAgo(3, '10'), to: monthsAgo(2, '10') },
    { customer: 'cus_1', mrr: 150_000, from: monthsAgo(2, '10') },
    { customer: 'cus_2', mrr: 5_000, from: monthsAgo(3, '10'), to: monthsAgo(1, '10') },
    { customer: 'cus_3', currency: 'kwd', mrr: 12_345_678, from: monthsAgo(1) },
  ])
  await plantMovement(
    page.query,
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
  return { ...page, tenant }
}

/** The rows of the table under a heading. */
function rowsOf(body: string, title: string) {
  const [, region = ''] = body.split(`aria-labelledby="${title}"`)
  const [table = ''] = region.split('</table>')
  return [...table.matchAll(/<tr><th scope="row">(.*?)<\/tr>/g)].map(([, row = '']) =>
    row
      .replaceAll(/<[^>]+>/g, ' ')
      .trim()
      .split(/ {2,}/),
  )
}

const month = (ago: number) => monthsAgo(ago).slice(0, 7)

test('the page of the revenue has a table beside each picture', async () => {
  const { get } = await openWithRevenue()
  const { status, body } = await get('/revenue')
  expect(status).toBe(200)
  expect(rowsOf(body, 'mrr-title')).toEqual([
    [month(3), '0.00', '150.00', '0.00', '0.00', '0.00', '0.00', '150.00'],
    [month(2), '150.00', '0.00', '1,400.00', '0.00', '0.00', '0.00', '1,550.00'],
    [month(1), '1,550.00', '0.00', '0.00', '0.00', '0.00', '-50.00', '1,500.00'],
    [month(0), '1,500.00', '0.00', '0.00', '0.00', '0.00', '0.00', '1,500.00'],
  ])
  expect(rowsOf(body, 'customers-title')[2]).toEqual([
    month(1),
    '1',
    '0',
    '0',
    '1',
    '50.0 %',
    '3.2 %',
    '3.2 %',
    '96.8 %',
    '96.8 %',
  ])
  expect(rowsOf(body, 'net-title')[2]).toEqual([month(1), '1,500.00', '0.00', '0.00', '-23.45', '1,476.55'])
  expect(rowsOf(body, 'net-title')[3]).toEqual([month(0), 'none', 'none', 'none', 'none', 'none'])
  expect(body.match(/<svg class="chart"/g)).toHaveLength(4)
  expect(body).toContain(`MRR at the end of each month in EUR: from 150.00 in ${month(3)} to 1,500.00 in ${month(0)}.`)
  expect(body).toContain(`<title>${month(1)} churn: -50.00</title>`)
  expect(body).not.toMatch(/ style=|NaN|undefined/)
})

test('account, currency, mode, months and time zone are chosen in the address', async () => {
  const { get, query, tenant } = await openWithRevenue()
  await connect(query, tenant, 'acct_1:test')
  await plantMrr(query, { tenant, account: 'acct_1:test', livemode: false }, [
    { customer: 'cus_1', mrr: 100, from: `${monthsAgo(1)}T03:00:00Z` },
  ])
  const about = async (address: string) =>
    /Amounts of (.*?)\. Amounts/.exec((await get(`/revenue?${address}`)).body)?.[1]
  const [live, sandbox] = [`account=${tenant}/stripe/acct_1`, `account=${tenant}%2Fstripe%2Facct_1%3Atest`]
  expect(await about('')).toBe('stripe acct_1 in EUR, live mode')
  expect(await about(`${live}&currency=KWD`)).toBe('stripe acct_1 in KWD, live mode')
  expect(await about(sandbox)).toBe('stripe acct_1:test in EUR, test mode')
  expect((await get(`/revenue?${live}&currency=kwd`)).body).toContain('12,345.678')
  const other = await get(`/revenue?${sandbox}&currency=kwd`)
  expect(other.body).toContain('The account has no such amounts in these months, so others are shown.')
  expect(rowsOf((await get(`/revenue?${live}&months=2`)).body, 'mrr-title')).toHaveLength(2)
  const first = async (zone: string) =>
    rowsOf((await get(`/revenue?${sandbox}&zone=${zone}`)).body, 'mrr-title')[0]?.[0]
  expect(await first('')).toBe(month(1))
  expect(await first('America/New_York')).toBe(month(2))
  const { body } = await get(`/revenue?${live}&currency=kwd&months=24&zone=Europe/Berlin`)
  expect([...body.matchAll(/ selected>([^<]+)/g)].map(([, words]) => words)).toEqual([
    'stripe acct_1',
    'KWD',
    'live',
    '24',
  ])
  expect(body).toContain('name="zone" value="Europe/Berlin"')
})

test('an account without MRR shows its net revenue, and a month without any is in its place', async () => {
  const { get, query } = await openTestPage()
  const tenant = randomUUID()
  await connect(query, tenant)
  for (const ago of [3, 1])
    await plantMovement(
      query,
      { tenant },
      {
        id: `txn_${ago}`,
        type: 'charge',
        reporting_category: 'charge',
        amount: 5_000,
        fee: 0,
        created_at: monthsAgo(ago, '10'),
      },
    )
  const { body } = await get('/revenue')
  expect(rowsOf(body, 'net-title').map(([name, charged]) => [name, charged])).toEqual([
    [month(3), '50.00'],
    [month(2), 'none'],
    [month(1), '50.00'],
  ])
  expect(body).not.toContain('mrr-title')
})

test('a wrong address is refused in words', async () => {
  const { get } = await openTestPage()
  const sentences = {
    'account=acct_1': 'The account must be UUID/PROVIDER/ACCOUNT.',
    'mode=sandbox': 'The mode must be one of live, test, unknown.',
    'months=0': 'The months must be a number from 1 to 120.',
    'zone=%2B02:00': 'The zone must be the name of a time zone.',
  }
  for (const [address, sentence] of Object.entries(sentences))
    expect(await get(`/revenue?${address}`)).toMatchObject({ status: 400, body: expect.stringContaining(sentence) })
})

test('without accounts or revenue the page says what to do, and an account of another tenant is not shown', async () => {
  const { url, query } = await openTestDatabase()
  const [tenant, other] = [randomUUID(), randomUUID()]
  const database = parseConnectionString(`${asWorker(url)}?sslmode=disable`)
  expect((await (await openTestPage()).get('/revenue')).body).toContain('No account is known yet.')
  const { get } = await openTestPage({ database, tenantId: tenant })
  await connect(query, tenant, 'acct_own')
  await connect(query, other, 'acct_other')
  await plantMrr(query, { tenant: other, account: 'acct_other' }, [{ customer: 'cus_1', mrr: 777, from: monthsAgo(1) }])
  expect((await get('/revenue')).body).toContain('sync them with npm start -- --resources default')
  expect((await get('/revenue')).body).not.toContain('acct_other')
  expect((await get(`/revenue?account=${other}/stripe/acct_other`)).body).not.toContain('7.77')
  expect((await (await openTestPage({ database })).get('/revenue')).body).toContain(
    'The login of the page sees no account.',
  )
})

test('names of rows and addresses are text on the page of the revenue', async () => {
  const { get, query } = await openTestPage()
  const hostile = `"><script>alert(1)</script>`
  const tenant = randomUUID()
  await connect(query, tenant, hostile)
  await plantMrr(query, { tenant, account: hostile }, [
    { customer: 'c', currency: hostile, mrr: 5, from: monthsAgo(1) },
  ])
  const { status, body } = await get('/revenue')
  expect(status).toBe(200)
  expect(body).toContain('&lt;script&gt;alert(1)')
  expect(body).not.toMatch(/<script>/i)
  const page = await get(
    `/revenue?account=${tenant}/stripe/${encodeURIComponent(`${hostile}2`)}&currency=${encodeURIComponent(hostile)}`,
  )
  expect(page.body).not.toMatch(/<script>/i)
})
