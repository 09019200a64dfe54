import type { Bench } from '../bench.ts'
import type { Contestant } from '../contestants/index.ts'
import { type Run, runOn } from '../measure.ts'
import type { Statements } from '../postgres.ts'
import { mark, settle, type Written, writtenSince } from '../rewrites.ts'

/** What a contestant does that needs no clock. */
export interface Habits {
  readonly contestant: Contestant
  /** Pages of the first run. */
  readonly pages: number
  readonly statements: Statements | null
  /** By a second full run, nothing having changed. */
  readonly again: Written
  readonly againRequests: number
  /** Null where the copy had every object's newest version after each of three runs. */
  readonly problem: string | null
}

/** Nothing has a limit here: no time is taken. */
const conditions = { latencyMs: 0, accountPerSecond: null, endpointPerSecond: null }
/** Every tenth object is changed before the third run. */
const every = 10

/** Three runs while Postgres counts statements: a first, a second that finds nothing new, a third that finds changes. */
export async function observeHabits(bench: Bench, contestant: Contestant, count: number): Promise<Habits> {
  const { postgres } = bench
  const list = { count, density: 'growth' } as const
  const server = await bench.server({ '/v1/customers': list })
  await postgres.countStatements(true)
  const database = await postgres.freshDatabase(contestant.database)
  const once = (): Promise<Run> => runOn({ contestant, server }, { postgres, database }, conditions)
  try {
    const first = await once()
    await settle(database)
    const before = await mark(database)
    const second = await once()
    const again = await writtenSince(before, database, contestant.table)
    revision++
    await server.touch('/v1/customers', every, revision)
    const third = await once()
    const problems = [
      first.problem && `first run: ${first.problem}`,
      second.problem && `second run: ${second.problem}`,
      third.problem && `after ${Math.ceil(count / every)} changes: ${third.problem}`,
    ].filter((problem) => problem !== null)
    bench.say(`${contestant.name}: ${problems.join('; ') || `complete; ${again.rows} rows rewritten`}`)
    const problem = problems.length > 0 ? problems.join('; ') : null
    return {
      contestant,
      pages: first.fewest,
      statements: first.statements,
      again,
      againRequests: second.requests,
      problem,
    }
  } finally {
    await database.drop()
    await postgres.countStatements(false)
  }
}

/** Of the server's objects, which outlive a contestant. */
let revision = 0
