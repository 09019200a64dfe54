import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/sandbox/server/random.ts'
import { openAccount } from './account.ts'

/*
 * Months that have ended are read from sums that Postgres keeps. "Etc/UTC" is the same time zone under another name, for
 * which every month is computed from the history.
 */

type Account = Awaited<ReturnType<typeof openAccount>>

async function bothWays({ db, tenant }: Account) {
  const monthsIn = (zone: string) =>
    db.transaction(async (tx) => {
      await tx.execute(sql`select set_config('app.time_zone', ${zone}, true)`)
      const { rows } = await tx.execute(
        sql`select * from metrics.mrr_months where tenant_id = ${tenant} order by currency, livemode, month`,
      )
      return rows
    })
  return { kept: await monthsIn('UTC'), computed: await monthsIn('Etc/UTC') }
}

const sums = ({ query, tenant }: Account) => query('select * from mrr_month_sums where tenant_id = $1', [tenant])

/** Days of five years until a year from now, so that some are of this month and some have yet to come. */
const dayOf = (random: number) =>
  new Date(Date.now() + (Math.floor((random / 2 ** 32) * 6 * 365) - 5 * 365) * 86_400_000).toISOString()

async function writeHistory({ insert }: Account, random: () => number, customers: number) {
  for (let n = 0; n < customers; n++) {
    const days = [...new Set(Array.from({ length: 1 + (random() % 5) }, () => dayOf(random())))].toSorted()
    const item = {
      subscription_id: `sub_${n}`,
      item_id: `si_${n}`,
      customer_id: `cus_${n % 7}`,
      currency: n % 5 === 0 ? 'usd' : 'eur',
      livemode: n % 11 === 0 ? null : n % 3 > 0,
    }
    await insert(
      'mrr_history',
      ...days.map((day, at) => ({
        ...item,
        state: random() % 4 === 0 ? 'canceled' : 'active',
        mrr: random() % 3_000,
        valid_from: day,
        valid_to: days[at + 1] ?? null,
      })),
    )
  }
}

describe('months that have ended', () => {
  test('have the figures that their changes have, after writes, changes and deletions in any order', async () => {
    for (const seed of [1, 2, 3]) {
      const account = await openAccount()
      const { query } = account
      const random = randomStream(seed)
      await writeHistory(account, random, 40)
      const first = await bothWays(account)
      expect(first.kept.length, `seed ${seed}`).toBeGreaterThan(100)
      expect(first.kept, `seed ${seed}`).toEqual(first.computed)
      await query(`update mrr_history set mrr = mrr * 2 where item_id like '%1'`)
      await query(`update mrr_history set customer_id = 'cus_moved' where item_id like '%2'`)
      await query(`delete from mrr_history where item_id like '%3'`)
      const later = await bothWays(account)
      expect(later.kept, `seed ${seed}`).not.toEqual(first.kept)
      expect(later.kept, `seed ${seed}`).toEqual(later.computed)
      await query('delete from mrr_history')
      expect(await sums(account)).toEqual([])
    }
  })

  test('are read without their changes', async () => {
    const account = await openAccount()
    await writeHistory(account, randomStream(7), 40)
    const { kept } = await bothWays(account)
    await account.query(`alter table mrr_changes disable trigger user`)
    await account.query(`delete from mrr_changes where day < date_trunc('month', now() at time zone 'UTC')::date`)
    const after = await bothWays(account)
    expect(after.kept).toEqual(kept)
    expect(after.computed).toEqual(kept)
  })
})
