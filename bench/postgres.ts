import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { parseConnectionString } from '../src/config/connection-string.ts'
import { migrate } from '../src/db/migrate.ts'
import { createDatabase, openPostgres as openLocalPostgres } from '../src/local/postgres.ts'
import { createWorkerLogin } from '../src/local/worker-login.ts'
import { root } from './build.ts'

/** The one Postgres of the benchmark, durable, with its default settings. */
export interface Postgres {
  readonly version: string
  /** What its results are kept under; '' for the worker's embedded one. */
  readonly label: string
  /** A database of its own for one run: empty, or with the worker's tables. */
  freshDatabase(kind: 'empty' | 'worker'): Promise<Database>
  /** CPU milliseconds of all its processes so far, ended ones too; NaN where there is no /proc. */
  cpuMs(): number
  /** Restarts it with or without pg_stat_statements, which is never loaded while time is taken. */
  countStatements(on: boolean): Promise<void>
  /** Forgets what was counted. Does nothing while none are. */
  resetStatements(): Promise<void>
  /** What was executed in this database since; null while none are counted. */
  statements(database: Database): Promise<Statements | null>
  close(): Promise<void>
}

export interface Statements {
  readonly all: number
  /** BEGIN, naming the tenant, COMMIT and the like. */
  readonly transactionControl: number
}

export interface Database {
  /** `postgres://…?sslmode=disable`: the superuser's, or the worker's own login where the tables are the worker's. */
  readonly url: string
  readonly name: string
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>
  /** Resolves when nobody else is connected: what its backends counted is then in the statistics. */
  quiet(): Promise<void>
  drop(): Promise<void>
}

/** @param programs the folder of another Postgres's `initdb` and `postgres`; null: the worker's embedded one */
export async function openPostgres(programs: string | null): Promise<Postgres> {
  const label = programs === null ? '' : `postgres-${majorOf(programs)}`
  const dataDir = join(import.meta.dirname, '.data', label || 'pg')
  const binaries =
    programs === null ? undefined : { initdb: join(programs, 'initdb'), postgres: join(programs, 'postgres') }
  const opened = await openLocalPostgres({ dataDir, binaries })
  if (opened.reused)
    throw new Error(
      `bench: a Postgres runs on ${opened.dataDir} already, another bench’s or a killed one’s; stop it (postmaster.pid) first`,
    )
  const admin = new pg.Pool({ connectionString: opened.url, max: 1 })
  admin.on('error', () => {})
  for (const { datname } of (await admin.query(`select datname from pg_database where datname like 'bench_%'`)).rows)
    await admin.query(`drop database ${pg.escapeIdentifier(datname)} with (force)`)
  const template = parseConnectionString(`${await createDatabase(opened.url, 'bench_worker')}?sslmode=disable`)
  await migrate(template, join(root, 'drizzle'))
  let databases = 0
  let counting = false

  return {
    label,
    version: (await admin.query('show server_version')).rows[0].server_version,
    async freshDatabase(kind) {
      const name = `bench_${databases++}`
      const created = await createDatabase(opened.url, name, kind === 'worker' ? { template: 'bench_worker' } : {})
      // What the last run left to be written must not be this one's work.
      await admin.query('checkpoint')
      const url = `${created}?sslmode=disable`
      return openDatabase({ worker: kind === 'worker' ? await createWorkerLogin(url) : url, all: url }, name, admin)
    },
    cpuMs: () => cpuOf(Number(readFileSync(join(opened.dataDir, 'postmaster.pid'), 'utf8').split('\n')[0])),
    async countStatements(on) {
      await admin.query(`alter system ${on ? `set shared_preload_libraries = 'pg_stat_statements'` : 'reset all'}`)
      await opened.restart('fast')
      if (on) await admin.query('create extension if not exists pg_stat_statements')
      counting = on
    },
    async resetStatements() {
      if (counting) await admin.query('select pg_stat_statements_reset()')
    },
    async statements({ name }) {
      if (!counting) return null
      const { rows } = await admin.query<{ all: number; control: number }>(
        `select coalesce(sum(calls), 0)::int as all,
            coalesce(sum(calls) filter (where query ~* '^(begin|commit|rollback|start transaction|select set_config)'), 0)::int as control
          from pg_stat_statements as counted join pg_database as own on own.oid = counted.dbid
          where own.datname = $1 and toplevel`,
        [name],
      )
      return { all: rows[0]?.all ?? 0, transactionControl: rows[0]?.control ?? 0 }
    },
    async close() {
      await admin.end()
      await opened.stop()
      rmSync(opened.dataDir, { recursive: true, force: true })
    },
  }
}

function openDatabase(
  { worker, all }: { readonly worker: string; readonly all: string },
  name: string,
  admin: pg.Pool,
): Database {
  const query = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
    const client = new pg.Client({ connectionString: all })
    await client.connect()
    try {
      return (await client.query<Row>(text, [...values])).rows
    } finally {
      await client.end()
    }
  }
  return {
    url: worker,
    name,
    query,
    async quiet() {
      for (let tries = 0; tries < 500; tries++) {
        const { rows } = await admin.query(`select from pg_stat_activity where datname = $1`, [name])
        if (rows.length === 0) return
        await setTimeout(10)
      }
    },
    drop: async () => void (await admin.query(`drop database ${pg.escapeIdentifier(name)} with (force)`)),
  }
}

/**
 * A server process's own time, its children's that have ended (cutime, cstime: the postmaster waits for all of them) and
 * that of those which live. /proc counts in ticks of 10 ms.
 */
function cpuOf(postmaster: number): number {
  if (process.platform !== 'linux') return Number.NaN
  let ticks = 0
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? readStat(entry) : undefined
    if (stat && Number(entry) === postmaster) ticks += stat.alone + stat.ofEnded
    else if (stat?.parent === postmaster) ticks += stat.alone + stat.ofEnded
  }
  return ticks * 10
}

function readStat(pid: string) {
  try {
    // The second field is the name in parentheses, which may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    const at = (field: number) => Number(fields[field - 3])
    return { parent: at(4), alone: at(14) + at(15), ofEnded: at(16) + at(17) }
  } catch {
    return undefined // it ended meanwhile
  }
}

/** The 15 of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`. @throws Error where there is no such program */
function majorOf(programs: string): string {
  const { stdout } = spawnSync(join(programs, 'postgres'), ['--version'], { encoding: 'utf8' })
  const major = /PostgreSQL\) (\d+)/.exec(stdout ?? '')?.[1]
  if (!major) throw new Error(`bench: ${programs} has no program postgres that runs`)
  return major
}
