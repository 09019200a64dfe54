import pg from 'pg'
import { expect, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { openPage } from '../../src/page/open.ts'
import { run } from '../cli/program.ts'
import { ended, day as on, openLedger } from './stripe-ledger.ts'
import { price } from './stripe-payloads.ts'
import { openSynced } from './synced-account.ts'

/* Six customers and eight trials, from payloads of Stripe to every view by month, computed by hand. Amounts are in cents. */

const prices = [
  ...[500, 1000, 1500, 2000].map((amount) => price(String(amount), amount)),
  price('dollars', 1000, { currency: 'usd' }),
]
const { subscribe, whole, part, bill, renew, account } = openLedger(prices)

/** A month from a day on. */
const first = (id: string, plan: string, from: number, amount: number, more = {}, invoice = {}) =>
  bill(id, from, [whole(id, plan, from, from + 31 * 86_400, amount, more)], invoice)

// A has 1000, and 2000 from February 10 on.
const tenth = on('02-10')
subscribe('A', [['2000']])
renew('A', '1000', [1, 3], 1000)
bill('A', on('03-01'), [
  part('A', '1000', tenth, on('03-01'), -679),
  part('A', '2000', tenth, on('03-01'), 1357),
  whole('A', '2000', on('03-01'), on('04-01'), 2000),
])
// B has 1000 until March.
subscribe('B', [['1000']], ended(on('03-01')))
renew('B', '1000', [1, 3], 1000)
// C has 6 × 500 from February on, and half of that from March 5 on.
const fifth = on('03-05')
subscribe('C', [['500', 3]], { start_date: on('02-01') })
renew('C', '500', [2, 4], 3000, { quantity: 6 })
bill('C', fifth, [
  part('C', '500', fifth, on('04-01'), -2613, { quantity: 6 }),
  part('C', '500', fifth, on('04-01'), 1306, { quantity: 3 }),
])
// D has 500 until February 10, and 1000 from April 2 on.
subscribe('D', [['500']], ended(tenth))
renew('D', '500', [1, 3], 500)
subscribe('D again', [['1000']], { customer: 'cus_D', start_date: on('04-02') })
first('D again', '1000', on('04-02'), 1000)
// E comes and goes in March.
subscribe('E', [['1000']], ended(on('03-20'), { start_date: on('03-10') }))
first('E', '1000', on('03-10'), 1000)
// F leaves on March 3 and is back on March 9.
subscribe('F', [['1000']], ended(on('03-03')))
renew('F', '1000', [1, 4], 1000)
subscribe('F again', [['1500']], { customer: 'cus_F', start_date: on('03-09') })
first('F again', '1500', on('03-09'), 1500)

/** A trial, billed with nothing, and with a month at its end unless that is null. */
function trial(id: string, from: number, to: number, invoice: object | null = {}, more = {}) {
  subscribe(id, [['dollars']], { trial_start: from, trial_end: to, start_date: from, ...more })
  bill(id, from, [whole(id, 'dollars', from, to, 0)], more)
  if (invoice !== null) first(id, 'dollars', to, 1000, more, { ...invoice, ...more })
}
trial('converted', on('01-10'), on('01-24'))
trial('left within', on('01-10'), on('02-10'), null, ended(on('01-20')))
trial('at night', on('01-17', '23:30:00'), on('01-31', '23:30:00'))
trial('not paid', on('01-20'), on('02-03'), { status: 'open' })
trial('left at the end', on('01-21'), on('02-04'), null, ended(on('02-04')))
trial('paid the second month', on('01-22'), on('02-05'), { status: 'uncollectible' })
first('paid the second month', 'dollars', on('03-08'), 1000)
trial('in test mode', on('01-21'), on('02-04'), {}, { livemode: false })
subscribe('not over', [['dollars']], { status: 'trialing', trial_start: on('01-21'), trial_end: 4_070_908_800 })

const euros = (more = 'true') => ({ where: `currency = 'eur' and ${more}`, order: '1, 2' })
const views = ['item_mrr', 'mrr', 'mrr_changes', 'customer_months', 'mrr_months', 'cohorts', 'trial_months', 'unmapped']
const movements = 'opening, new, expansion, reactivation, contraction, churn, closing'
const counts = 'customers_opening, customers_closing, new_customers, churned_customers, reactivated_customers'
const rates = 'customer_churn_rate, gross_churn_rate, net_churn_rate, grr, nrr, arpa, ltv'

test('every view by month has the figures of the movements, for each login, time zone and style of dates', async () => {
  const { view, url, workerUrl, tenant } = await openSynced(account())
  expect(await view('mrr_months', `month, ${movements}`, euros(`month < '2026-06'`))).toEqual([
    '2026-01 0 3500 0 0 0 0 3500', // A 1000, B 1000, D 500, F 1000
    '2026-02 3500 3000 1000 0 0 500 7000', // C 3000, A + 1000, D
    '2026-03 7000 1000 0 1500 1500 3000 5000', // E and F twice, C − 1500, B
    '2026-04 5000 0 0 1000 0 0 6000', // D
    '2026-05 6000 0 0 0 0 0 6000',
  ])
  expect(await view('mrr_months', `month, ${counts}`, euros(`month < '2026-05'`))).toEqual([
    '2026-01 0 4 4 0 0',
    '2026-02 4 4 1 1 0',
    '2026-03 4 3 1 3 1', // B, E and F
    '2026-04 3 4 0 0 1',
  ])
  expect(await view('mrr_months', `month, ${rates}`, euros(`month < '2026-05'`))).toEqual([
    '2026-01 null null null null null 875 null', // 3500 / 4
    // 1 of 4; 500 / 3500; (500 − 1000) / 3500; A, B and F keep 3000 of 3500; they pay 4000; 7000 / 4; 1750 / 0.25
    '2026-02 0.25 0.1429 -0.1429 0.8571 1.1429 1750 7000',
    // B of 4; 4500 / 7000; (4500 − 1500) / 7000; A 2000, C 1500, F 1000; A 2000, C 1500, F 1500; 5000 / 3; / 0.25
    '2026-03 0.25 0.6429 0.4286 0.6429 0.7143 1666.67 6666.67',
    '2026-04 0 0 -0.2 1 1 1500 null', // (0 − 1000) / 5000
  ])
  expect(await view('cohorts', 'cohort, age, customers, retained, mrr', euros('age < 4'))).toEqual([
    '2026-01 0 4 4 3500',
    '2026-01 1 4 3 4000', // A 2000, B 1000, F 1000
    '2026-01 2 4 2 3500', // A 2000, F 1500
    '2026-01 3 4 3 4500', // and D
    '2026-02 0 1 1 3000',
    ...[1, 2, 3].map((age) => `2026-02 ${age} 1 1 1500`),
    ...[0, 1, 2, 3].map((age) => `2026-03 ${age} 1 0 0`),
  ])
  const customer = euros(`customer_id in ('cus_D', 'cus_E', 'cus_F') and month < '2026-05'`)
  expect(await view('customer_months', `customer_id, month, ${movements}, cohort`, customer)).toEqual([
    'cus_D 2026-01 0 500 0 0 0 0 500 2026-01',
    'cus_D 2026-02 500 0 0 0 0 500 0 2026-01',
    'cus_D 2026-04 0 0 0 1000 0 0 1000 2026-01',
    'cus_E 2026-03 0 1000 0 0 0 1000 0 2026-03',
    'cus_F 2026-01 0 1000 0 0 0 0 1000 2026-01',
    'cus_F 2026-02 1000 0 0 0 0 0 1000 2026-01',
    'cus_F 2026-03 1000 0 0 1500 0 1000 1500 2026-01',
    'cus_F 2026-04 1500 0 0 0 0 0 1500 2026-01',
  ])
  expect(await view('trial_months', 'livemode, month, ended, converted, rate', { order: '1, 2' })).toEqual([
    'false 2026-02 1 1 1',
    'true 2026-01 3 2 0.6667', // without the one who left within
    'true 2026-02 3 1 0.3333', // the one who paid the second month
  ])

  /** All rows of all views in a session with these settings. */
  async function rows(...settings: readonly string[]) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    for (const setting of settings) await client.query(`set ${setting}`)
    const all: Record<string, readonly string[]> = {}
    for (const name of views) {
      const found = await client.query<{ row: string }>(
        `select to_jsonb(x)::text as row from metrics.${name} x order by to_jsonb(x)::text collate "C"`,
      )
      all[name] = found.rows.map(({ row }) => row)
    }
    await client.end()
    return all
  }
  const here = await rows()
  expect(await rows(`timezone = 'America/Los_Angeles'`, `datestyle = 'German, DMY'`, `search_path = ''`)).toEqual(here)
  expect(await rows(`timezone = 'Pacific/Kiritimati'`, `datestyle = 'SQL, DMY'`, 'role billing_sync_reader')).toEqual(
    here,
  )
  expect(await rows('role billing_sync_worker', `app.tenant_id = '${tenant}'`)).toEqual(here)
  expect(Object.values(await rows('role billing_sync_worker')).flat()).toEqual([])
  // The months of UTC are kept, and those of another zone are computed. At night it is February in Berlin.
  expect(await rows(`app.time_zone = 'Etc/UTC'`)).toEqual(here)
  const berlin = await rows(
    `app.time_zone = 'Europe/Berlin'`,
    `timezone = 'America/Los_Angeles'`,
    `datestyle = 'German'`,
  )
  const monthsOf = (lines: readonly string[] = []) =>
    lines
      .map((line) => JSON.parse(line))
      .map(({ livemode, month, ended, converted }) => [livemode, month, ended, converted])
  expect(monthsOf(berlin.trial_months).toSorted()).toEqual([
    [false, '2026-02', 1, 1],
    [true, '2026-01', 2, 1],
    [true, '2026-02', 4, 2],
  ])

  // The command and the page show what the view has.
  const environment = { ConnectionStrings__DefaultConnection: `${workerUrl}?sslmode=disable` }
  const asked = ['revenue', '--tenant', tenant, '--currency', 'eur', '--months', '1200']
  const csv = await run([...asked, '--csv'], { env: environment })
  const figures = csv.stdout.split('\n').map((line) => line.split(',').slice(5, 13).join(' '))
  expect(figures).toContain('2026-03 7000 1000 0 1500 1500 3000 5000')
  const table = await run(asked, { env: environment })
  const march = '2026-03 70.00 10.00 0.00 15.00 15.00 30.00 50.00 3 25.0 % 42.9 % ·'
  expect(table.stdout.split('\n').map((line) => line.trim().replaceAll(/ +/g, ' '))).toContain(march)
  const page = await openPage({
    database: parseConnectionString(`${url}?sslmode=disable`),
    host: '127.0.0.1',
    port: 0,
    token: undefined,
    names: [],
    resources: async () => [],
    actions: { cancel: async () => ({ kind: 'unknown' }) as never },
  })
  const body = await (await fetch(new URL('/revenue?currency=eur&months=60', page.address))).text()
  await page.close()
  const cells = body.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
  expect(cells).toContain('2026-03 70.00 10.00 0.00 15.00 -15.00 -30.00 50.00')
})
