import { randomUUID } from 'node:crypto'
import type { createRandom } from '../support/random.ts'
import type { Counters } from './expected-job.ts'
import { type Truth, writeTruth } from './expected-rows.ts'
import type { Room } from './fault-env.ts'

/** One tenant's account at the provider, that lives on between jobs, and what a job that sees the changes must count. */
export interface LivingAccount {
  readonly tenantId: string
  truth(): Truth
  /** Some objects are changed, some are new, some are gone. What a full job must count then. */
  change(random: ReturnType<typeof createRandom>, changed?: Changed): Promise<Counters>
}

/** What is changed: only what events tell of, or also payment intents, of whose metadata none does. */
export type Changed = 'announced' | 'any'

export async function openAccount({ query, sandbox }: Pick<Room, 'query' | 'sandbox'>): Promise<LivingAccount> {
  let truth = await writeTruth(query, sandbox)
  let inserted: string[] = []
  return {
    tenantId: randomUUID(),
    truth: () => truth,
    async change(random, changed = 'any') {
      sandbox.advance(60)
      for (let n = 0; n < 6; n++) {
        const resource = random.pick(changed === 'announced' ? announced : [...announced, 'payment_intents' as const])
        const all = sandbox.truth(resource)
        if (all.length > 0)
          sandbox.update(resource, random.pick(all).id, { metadata: { changed: String(random.below(1e9)) } })
      }
      for (const id of inserted) if (random.chance(0.5)) sandbox.remove('customers', id)
      inserted = [0, 1].map(() => sandbox.insert('customers', { email: `${random.below(1e9)}@example.com` }).id)
      sandbox.advance(60)
      const before = truth
      truth = await writeTruth(query, sandbox)
      const counters = await countChanges({ query }, before, truth)
      await query(`delete from oracle.truth where id = $1`, [before.id])
      return counters
    },
  }
}

/** A change of these makes an event. */
const announced = ['customers', 'products', 'invoices', 'charges'] as const

/** Prices made inline are in no list: found on items once, they are not counted again. */
async function countChanges({ query }: Pick<Room, 'query'>, before: Truth, after: Truth): Promise<Counters> {
  const [found] = await query<{ fetched: number; created: number; updated: number }>(
    `select count(*) filter (where new."table" <> 'prices' or new.raw ->> 'nickname' not like 'inline %' or new.raw ->> 'nickname' is null)::int as fetched, count(*) filter (where old.raw is null)::int as created,
       count(*) filter (where old.raw <> new.raw)::int as updated
     from (select * from oracle.truth where id = $2) as new
     left join (select * from oracle.truth where id = $1) as old using ("table", key)`,
    [before.id, after.id],
  )
  if (!found) throw new Error('account: no answer')
  const { fetched, created, updated } = found
  return { fetched, created, updated, unchanged: fetched - created - updated, rejected: 0 }
}
