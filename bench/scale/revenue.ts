import { parseArgs } from 'node:util'
import { type Database, openPostgres } from '../postgres.ts'

/*
 * How long the views of MRR take for one tenant: `node --import tsx scale/revenue.ts --lines 1000000`. Twenty lines a subscription,
 * monthly, over five years; every tenth line has another quantity than the one before, and every eighth subscription has ended.
 */

const { values } = parseArgs({ options: { lines: { type: 'string', default: '1000000' } } })
const lines = Number(values.lines)
const each = 20
const subscriptions = Math.ceil(lines / each)
const tenant = '0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03'
const key = `'${tenant}'::uuid, 'stripe', 'acct_1'`
const seen = `'{}'::jsonb, now()`

const plant = [
  `insert into prices (tenant_id, provider, account, id, currency, type, billing_scheme, unit_amount, interval, interval_count, usage_type, tax_behavior, livemode, raw, observed_at)
   select ${key}, 'price_' || n, (array['eur', 'usd'])[1 + n % 2], 'recurring', 'per_unit', 500 + n * 100, 'month', 1, 'licensed', 'exclusive', true, ${seen} from generate_series(0, 49) as n`,
  `insert into subscriptions (tenant_id, provider, account, id, customer_id, status, currency, start_date, ended_at, livemode, discount_ids, raw, observed_at, created_at)
   select ${key}, 'sub_' || n, 'cus_' || n, case when n % 8 = 0 then 'canceled' else 'active' end, (array['eur', 'usd'])[1 + n % 2], begins, case when n % 8 = 0 then begins + interval '20 months' end, true, '[]', ${seen}, begins
   from (select n, date_trunc('day', now()) - interval '20 months' - make_interval(days => n % 1200) + make_interval(hours => n % 24) as begins from generate_series(1, ${subscriptions}) as n) as s`,
  `insert into subscription_items (tenant_id, provider, account, id, subscription_id, price_id, quantity, discount_ids, raw, observed_at, created_at)
   select ${key}, 'si_' || n, 'sub_' || n, 'price_' || n % 50, 1 + (n + ${each - 1}) / 10 % 3, '[]', ${seen}, now() from generate_series(1, ${subscriptions}) as n`,
  `insert into invoices (tenant_id, provider, account, id, subscription_id, customer_id, status, currency, created_at, finalized_at, livemode, raw, observed_at)
   select ${key}, 'in_' || n || '_' || k, 'sub_' || n, 'cus_' || n, 'paid', (array['eur', 'usd'])[1 + n % 2], at, at, true, ${seen}
   from generate_series(1, ${subscriptions}) as n cross join generate_series(0, ${each - 1}) as k
   cross join lateral (select date_trunc('day', now()) - interval '20 months' - make_interval(days => n % 1200) + make_interval(hours => n % 24) + make_interval(months => k) as at) as t
   order by 'in_' || n || '_' || k`,
  `insert into invoice_lines (tenant_id, provider, account, id, invoice_id, subscription_id, subscription_item_id, price_id, amount, discount_amount, tax_amount, inclusive_tax_amount, currency, quantity, unit_amount_decimal, proration, period_start, period_end, livemode, raw, observed_at)
   select ${key}, 'il_' || n || '_' || k, 'in_' || n || '_' || k, 'sub_' || n, 'si_' || n, 'price_' || n % 50, (500 + n % 50 * 100) * quantity, 0, 0, 0, (array['eur', 'usd'])[1 + n % 2], quantity, 500 + n % 50 * 100, false, at, at + interval '1 month', true, ${seen}
   from generate_series(1, ${subscriptions}) as n cross join generate_series(0, ${each - 1}) as k
   cross join lateral (select 1 + (n + k) / 10 % 3 as quantity, date_trunc('day', now()) - interval '20 months' - make_interval(days => n % 1200) + make_interval(hours => n % 24) + make_interval(months => k) as at) as t
   order by 'il_' || n || '_' || k`,
]

/** Plants the rows, in the order of their keys and before their other indexes are made, so that ten million take minutes. */
async function plantRows(database: Pick<Database, 'query'>): Promise<void> {
  const indexes = await database.query<{ name: string; definition: string }>(
    `select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid in ('invoices'::regclass, 'invoice_lines'::regclass) and not indisprimary`,
  )
  for (const { name } of indexes) await database.query(`drop index ${name}`)
  // No trigger of the tables is about new invoices and lines; the history is made as a whole afterwards.
  for (const text of plant) {
    await database.query(text)
    console.log(`${new Date().toISOString()} ${text.split(' ')[2]} planted`)
  }
  for (const { definition } of indexes) await database.query(definition)
  await database.query('analyze')
}

const views = ['mrr', 'mrr_months', 'cohorts']

const postgres = await openPostgres(null)
const database = await postgres.freshDatabase('worker')
try {
  const seconds = async (text: string, values: readonly unknown[] = []) => {
    const began = performance.now()
    await database.query(text, values)
    return ((performance.now() - began) / 1_000).toFixed(2)
  }
  await plantRows(database)
  console.log(`${lines} lines, ${subscriptions} subscriptions, ${postgres.version}`)
  console.log(`history: ${await seconds('select refresh_mrr_history($1, $2, $3)', [tenant, 'stripe', 'acct_1'])} s`)
  await database.query('analyze mrr_history, mrr_changes')
  const [rows] = await database.query<{ history: number; changes: number }>(
    'select (select count(*)::int from mrr_history) as history, (select count(*)::int from mrr_changes) as changes',
  )
  console.log(`rows of mrr_history ${rows?.history}, of mrr_changes ${rows?.changes}`)
  for (const view of views)
    for (const round of [1, 2])
      console.log(
        `${view}, round ${round}: ${await seconds(`select * from metrics.${view} where tenant_id = $1`, [tenant])} s`,
      )
} finally {
  await database.drop()
  await postgres.close()
}
