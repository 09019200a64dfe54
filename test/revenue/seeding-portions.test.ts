import { expect, test } from 'vitest'
import { openAccount } from './account.ts'

/*
 * The history of a large account is seeded in portions. What a portion reads goes by its subscriptions, whatever the account has
 * besides, or else the time for an account would grow with the square of its invoices.
 */

const subscriptions = 400
const linesEach = 10
const portion = 5

test.each(['analysed', 'not analysed'])(
  'a portion reads its own lines and invoices alone: %s tables',
  async (state) => {
    const { tenant, insert, query } = await openAccount()
    await insert('prices', { id: 'p', currency: 'eur', type: 'recurring', interval: 'month', unit_amount: 1000 })
    const key = `'${tenant}'::uuid, 'stripe', 'acct_1', true, '{}'::jsonb, now()`
    const columns = 'tenant_id, provider, account, livemode, raw, observed_at'
    await query(`insert into subscriptions (${columns}, id, status, currency)
    select ${key}, 'sub_' || n, 'active', 'eur' from generate_series(1, ${subscriptions}) as n`)
    const each = `generate_series(1, ${subscriptions}) as n cross join generate_series(1, ${linesEach}) as k`
    await query(`insert into invoices (${columns}, id, status, currency, created_at)
    select ${key}, 'in_' || n || '_' || k, 'paid', 'eur', date '2025-01-01' + make_interval(months => k) from ${each}`)
    await query(`insert into invoice_lines (${columns}, id, invoice_id, subscription_id, subscription_item_id, price_id, amount, quantity, currency, period_start, period_end)
    select ${key}, 'il_' || n || '_' || k, 'in_' || n || '_' || k, 'sub_' || n, 'si_' || n, 'p', 1000, 1, 'eur',
      date '2025-01-01' + make_interval(months => k), date '2025-02-01' + make_interval(months => k) from ${each}`)
    if (state === 'analysed') await query('vacuum analyze')
    const read = `select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as rows from pg_stat_xact_user_tables where relname in ('invoices', 'invoice_lines')`
    // One transaction, whose statistics are its own.
    const [seeded] = await query<{ last: string; lines: string; reads: string }>(`
    with seeded as materialized (select seed_mrr_history('${tenant}', 'stripe', 'acct_1', ${portion}) as last)
    select last, (select sum(rows) from (${read}) as counted where last is not null) as reads from seeded`)
    const [history] = await query<{ items: number }>('select count(distinct item_id)::int as items from mrr_history')
    expect(history).toEqual({ items: portion })
    expect(Number(seeded?.reads)).toBeGreaterThanOrEqual(2 * portion * linesEach)
    // And a row that shows that there are lines at all.
    expect(Number(seeded?.reads)).toBeLessThan(3 * portion * linesEach)
  },
)
