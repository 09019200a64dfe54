import { setTimeout } from 'node:timers/promises'
import { is, sql } from 'drizzle-orm'
import { PgTable } from 'drizzle-orm/pg-core'
import type { Config } from '../config/load.ts'
import { databaseFailure } from './errors.ts'
import { type OpenDatabase, openDatabase } from './open.ts'
import * as schema from './schema.ts'

export interface Readiness {
  /** A sentence if the database or its tables are missing, without a secret. Null if they are there. Never rejects. */
  missing(): Promise<string | null>
  close(): Promise<void>
}

/** Probes ask often, and several may ask at once. An answer is good for so long. */
const goodForMs = 1_000
/** A server that does not answer must not make the probe hang. */
const patienceMs = 3_000

/**
 * Whether the database answers and has all columns of this version, on a connection of its own, which opens when it is
 * first asked. The columns are asked for until they are there, and then no more.
 */
export function createReadiness(database: Config['database'], now: () => number): Readiness {
  let opened: Promise<OpenDatabase> | undefined
  let hasColumns = false
  let last: { readonly at: number; readonly answer: Promise<string | null> } | undefined

  const close = async () => {
    const closing = opened
    opened = undefined
    await (await closing?.catch(() => undefined))?.close()
  }
  const ask = async (): Promise<string | null> => {
    try {
      opened ??= openDatabase(database, { connections: 1, applicationName: 'billing-sync probe' })
      const { everyTenant } = await opened
      if (hasColumns) await everyTenant.read((tx) => tx.execute(sql.raw('select 1')))
      else await selectNothing(everyTenant)
      hasColumns = true
      return null
    } catch (error) {
      // Whether the server speaks TLS is asked when a pool is made, and it may have been away.
      if (!hasColumns) await close()
      return sentenceOf(error)
    }
  }
  return {
    missing() {
      if (!last || now() - last.at >= goodForMs) last = { at: now(), answer: inTime(ask()) }
      return last.answer
    },
    close,
  }
}

/** No rows, but every column. The worker's login may not read the list of migrations. */
export async function selectNothing({ read }: OpenDatabase['everyTenant']): Promise<number> {
  const tables = Object.values<unknown>(schema).filter((value) => is(value, PgTable))
  await read(async (tx) => {
    for (const table of tables) await tx.select().from(table).limit(0)
  })
  return tables.length
}

function sentenceOf(error: unknown): string {
  const failure = databaseFailure(error)
  return failure.code === 'database_schema'
    ? `migrations: ${failure.message.replace(/^database: /, '')}`
    : failure.message
}

async function inTime(check: Promise<string | null>): Promise<string | null> {
  const late = new AbortController()
  const answer = await Promise.race([check, setTimeout(patienceMs, tooLate, { signal: late.signal })])
  late.abort()
  return answer
}

const tooLate = `database: it has not answered within ${patienceMs / 1_000} s. Check the server of ConnectionStrings.DefaultConnection and the network.`
