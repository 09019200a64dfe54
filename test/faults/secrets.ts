import type { Query } from './fault-env.ts'
import type { World } from './worlds/world.ts'

interface Searched {
  readonly query: Query
  readonly queue: { deadLetters(): Promise<readonly object[]> }
  readonly world: Pick<World, 'secret'>
  logs(): string
}

/** Where the secret of the provider can be seen, in sentences: in what workers printed, in the jobs' tables, in dead letters. */
export async function findSecrets({ query, queue, logs, world: { secret } }: Searched): Promise<readonly string[]> {
  const places: string[] = []
  if (logs().includes(secret)) places.push('the access token is in a log')
  for (const table of ['sync_jobs', 'sync_rejects', 'sync_cursors']) {
    const rows = await query(`select 1 from ${table} as stored where stored::text like $1 limit 1`, [`%${secret}%`])
    if (rows.length > 0) places.push(`the access token is in ${table}`)
  }
  const letters = await queue.deadLetters()
  if (letters.some((letter) => JSON.stringify(letter).includes(secret)))
    places.push('the access token is in a dead letter')
  return places
}
