import { randomUUID } from 'node:crypto'
import type { createRandom } from '../support/random.ts'
import type { Counters } from './job-oracle.ts'
import { type Truth, writeTruth } from './oracle.ts'
import { canary, type Room } from './room.ts'

/** One tenant's account at the provider, that lives on between jobs, and what a job that sees the changes must count. */
export interface LivingAccount {
  readonly tenantId: string
  truth(): Truth
  /** Some objects are changed, some are new, some are gone. What a full job must count then. */
  change(random: ReturnType<typeof createRandom>): Promise<Counters>
}

export async function openAccount({ query, sandbox }: Pick<Room, 'query' | 'sandbox'>): Promise<LivingAccount> {
  let truth = await writeTruth(query, sandbox)
  const inline = (truth.counts.prices ?? 0) - (await countListed(sandbox.url, '/v1/prices'))
  let inserted: string[] = []
  return {
    tenantId: randomUUID(),
    truth: () => truth,
    async change(random) {
      sandbox.advance(60)
      for (let n = 0; n < 6; n++) {
        const resource = random.pick(['customers', 'products', 'invoices', 'charges', 'payment_intents'] as const)
        const all = sandbox.truth(resource)
        if (all.length > 0)
          sandbox.update(resource, random.pick(all).id, { metadata: { changed: String(random.below(1e9)) } })
      }
      for (const id of inserted) if (random.chance(0.5)) sandbox.remove('customers', id)
      inserted = [0, 1].map(() => sandbox.insert('customers', { email: `${random.below(1e9)}@example.com` }).id)
      sandbox.advance(60)
      const before = truth
      truth = await writeTruth(query, sandbox)
      const counters = await countChanges({ query }, before, truth, inline)
      await query(`delete from oracle.truth where id = $1`, [before.id])
      return counters
    },
  }
}

/** Prices that are on items only are in no list: they are found there once, and not counted again. */
async function countListed(url: string, path: string): Promise<number> {
  const answer = await fetch(`${url}${path}?limit=100`, { headers: { Authorization: `Bearer ${canary}` } })
  const { data, has_more: more } = (await answer.json()) as {
    readonly data: readonly unknown[]
    readonly has_more: boolean
  }
  if (more) throw new Error(`account: ${path} has more than a page`)
  return data.length
}

async function countChanges(
  { query }: Pick<Room, 'query'>,
  before: Truth,
  after: Truth,
  inline: number,
): Promise<Counters> {
  const [found] = await query<{ fetched: number; created: number; updated: number }>(
    `select count(*)::int as fetched, count(*) filter (where old.raw is null)::int as created,
       count(*) filter (where old.raw <> new.raw)::int as updated
     from (select * from oracle.truth where id = $2) as new
     left join (select * from oracle.truth where id = $1) as old using ("table", key)`,
    [before.id, after.id],
  )
  if (!found) throw new Error('account: no answer')
  const { created, updated } = found
  const fetched = found.fetched - inline
  return { fetched, created, updated, unchanged: fetched - created - updated, rejected: 0 }
}
