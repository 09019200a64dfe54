import type { Contestant } from './contestants/index.ts'
import type { Database } from './postgres.ts'
import type { StripeServer } from './stripe-server.ts'

/** The worker's table of each list that the server can fill. */
const workerTables: Readonly<Record<string, string>> = {
  '/v1/customers': 'customers',
  '/v1/charges': 'payments',
  '/v1/payment_intents': 'payment_intents',
  '/v1/refunds': 'refunds',
  '/v1/balance_transactions': 'balance_transactions',
  '/v1/payouts': 'payouts',
}

const workerRevision = `coalesce(raw->'metadata'->>'revision', raw->>'description')`

/** What is wrong with a contestant's copy, in words; null where every object is there in its newest version and no other. */
export async function check(contestant: Contestant, database: Database, server: StripeServer): Promise<string | null> {
  const lists = Object.keys(server.population.lists)
  if (contestant.name !== 'worker')
    return compare(await copied(database, contestant.revisions), server, '/v1/customers')
  const problems: string[] = []
  for (const path of lists) {
    const copy = await copied(
      database,
      `select id, ${workerRevision} as revision from ${workerTables[path]} where deleted_at is null`,
    )
    const problem = await compare(copy, server, path)
    if (problem) problems.push(`${path}: ${problem}`)
  }
  const jobs = await database.query<{ status: string }>(`select status from sync_jobs where status <> 'completed'`)
  if (jobs.length > 0) problems.push(`a job is ${jobs[0]?.status}`)
  return problems.length > 0 ? problems.join('; ') : null
}

async function copied(database: Database, select: string): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query<{ id: string; revision: string }>(select)
  const copy = new Map(rows.map(({ id, revision }) => [id, revision]))
  if (copy.size !== rows.length) throw new Error(`bench: ${rows.length - copy.size} ids twice in: ${select}`)
  return copy
}

async function compare(copy: ReadonlyMap<string, string>, server: StripeServer, path: string): Promise<string | null> {
  const truth = await server.expected(path)
  let missing = 0
  let outdated = 0
  for (const [id, revision] of truth) {
    const has = copy.get(id)
    if (has === undefined) missing++
    else if (has !== revision) outdated++
  }
  const unknown = copy.size - (truth.size - missing)
  const parts = [
    missing > 0 && `${missing} missing`,
    outdated > 0 && `${outdated} outdated`,
    unknown > 0 && `${unknown} unknown`,
  ].filter((part) => part !== false)
  return parts.length > 0 ? `incomplete: ${parts.join(', ')}` : null
}
