import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { readMigrations } from '../../../src/db/migration-files.ts'
import { type Bystanders, longerOf, noWait, type Waits } from './bystanders.ts'

export interface MigrationTime extends Waits {
  readonly migration: string
  readonly seconds: number
}

const everyMs = 20

/**
 * Does the work of `migrate`, and tells by what its connections run how long each migration takes, and how long others waited
 * meanwhile. A wait counts where it ends. Migrations of a few milliseconds may be missing.
 */
export async function timeMigrations(
  url: string,
  bystanders: Bystanders,
  work: () => Promise<unknown>,
): Promise<readonly MigrationTime[]> {
  const statements = readMigrations('drizzle').flatMap(({ name, statements: texts }) =>
    texts.map((text) => ({ name, text: text.trim().slice(0, 200) })),
  )
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const times = new Map<string, Waits & { readonly seconds: number }>()
  let isOver = false
  let running = 'before'
  const watch = async () => {
    for (let last = performance.now(); !isOver; await setTimeout(everyMs)) {
      const { rows } = await client.query<{ query: string }>(
        `select query from pg_stat_activity where datname = current_database() and state = 'active' and pid <> pg_backend_pid()`,
      )
      const started = rows.flatMap(({ query }) =>
        statements.filter(({ text }) => query.trim().startsWith(text)).map(({ name }) => name),
      )
      const now = performance.now()
      const time = times.get(running) ?? { seconds: 0, read: noWait, write: noWait }
      const waits = bystanders.take()
      times.set(running, {
        seconds: time.seconds + (now - last) / 1_000,
        read: longerOf(time.read, waits.read),
        write: longerOf(time.write, waits.write),
      })
      last = now
      running = started.at(-1) ?? running
    }
  }
  const watching = watch()
  try {
    await work()
  } finally {
    isOver = true
    await watching
    await client.end()
  }
  return [...times].map(([migration, time]) => ({ migration, ...time }))
}
