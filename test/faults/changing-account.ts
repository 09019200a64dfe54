import { randomUUID } from 'node:crypto'
import type { createRandom } from '../support/random.ts'
import type { Counters } from './expected-job.ts'
import { type ExpectedRows, saveExpectedRows } from './expected-rows.ts'
import type { FaultEnv } from './fault-env.ts'
import type { Changed } from './worlds/world.ts'

/** One tenant's account at the provider. It changes between jobs, and says what the next job must count. */
export interface ChangingAccount {
  readonly tenantId: string
  expected(): ExpectedRows
  /** Changes, inserts and removes objects. Returns what a full job must count after it; undefined if that is not known. */
  change(random: ReturnType<typeof createRandom>, changed?: Changed): Promise<Counters | undefined>
}

export async function openChangingAccount({
  query,
  world,
}: Pick<FaultEnv, 'query' | 'world'>): Promise<ChangingAccount> {
  let expected = await saveExpectedRows(query, world)
  return {
    tenantId: randomUUID(),
    expected: () => expected,
    async change(random, changed = 'any') {
      world.change(random, changed)
      const before = expected
      expected = await saveExpectedRows(query, world)
      const counters = world.areCountsKnown ? await countChanges({ query }, before, expected) : undefined
      await query(`delete from expected.rows where id = $1`, [before.id])
      return counters
    },
  }
}

/** Inline prices of Stripe are in no list. A job counts them when it first sees them on an item, and not again. */
async function countChanges(
  { query }: Pick<FaultEnv, 'query'>,
  before: ExpectedRows,
  after: ExpectedRows,
): Promise<Counters> {
  const [counts] = await query<{ fetched: number; created: number; updated: number }>(
    `select count(*) filter (where new."table" <> 'prices' or new.raw ->> 'nickname' not like 'inline %' or new.raw ->> 'nickname' is null)::int as fetched, count(*) filter (where old.raw is null)::int as created,
       count(*) filter (where old.raw <> new.raw)::int as updated
     from (select * from expected.rows where id = $2) as new
     left join (select * from expected.rows where id = $1) as old using ("table", key)`,
    [before.id, after.id],
  )
  if (!counts) throw new Error('account: the query returned no row')
  const { fetched, created, updated } = counts
  return { fetched, created, updated, unchanged: fetched - created - updated, rejected: 0 }
}
