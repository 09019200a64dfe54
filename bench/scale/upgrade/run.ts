import { execFileSync, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { migrate } from '../../../src/db/migrate.ts'
import { timed } from '../scale-env.ts'
import { type Bystanders, openBystanders, type Wait } from './bystanders.ts'
import { timeMigrations } from './migration-times.ts'
import { fill, filledTables, type OldTables, openOldTables } from './old-tables.ts'

/*
 * What the upgrade from 0.1.0 costs, which docs/performance.md has: the migrations and the adoption of rows, with other
 * connections at work. The adoption is killed in the middle once.
 *   node --import tsx bench/scale/upgrade/run.ts [--rows 100000]
 */
const { values } = parseArgs({ options: { rows: { type: 'string' } } })
const rows = Number(values.rows ?? 100_000)
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
const old = await openOldTables()
try {
  const fillMs = await timed(() => fill(old, rows))
  const filled = await old.size()
  console.log({ rows, commit, date: new Date().toISOString().slice(0, 10), fillSeconds: round(fillMs / 1_000) })
  const bystanders = await openBystanders(old.url)
  await setTimeout(5_000)
  console.log('longest wait before, in ms', waitsOf(bystanders))
  const times = await timeMigrations(old.url, bystanders, () => migrate(old.settings))
  console.table(
    times.map(({ migration, seconds, read, write }) => ({
      migration,
      seconds: round(seconds),
      read: inWords(read),
      write: inWords(write),
    })),
  )
  const migrated = await old.size()
  await adopt(old, bystanders)
  const adopted = await old.size()
  await bystanders.close()
  console.log({ gigabytes: { filled: gigabytes(filled), migrated: gigabytes(migrated), adopted: gigabytes(adopted) } })
} finally {
  await old.close()
}

/** The largest tenant's rows in live mode, killed in the middle, then those in test mode. */
async function adopt({ url, largestTenant, query }: OldTables, bystanders: Bystanders): Promise<void> {
  for (const account of ['acct_largest', 'acct_largest:test']) {
    const jobId = randomUUID()
    await query(
      `insert into sync_jobs (id, tenant_id, provider, account, sync_type, status, fence, lease_owner, lease_until)
       values ($1, $2, 'stripe', $3, 'full', 'running', 1, 'bench', now() + interval '1 day')`,
      [jobId, largestTenant, account],
    )
    const left = await count({ query }, largestTenant, 'unknown')
    const start = () =>
      fork(new URL('adopt.ts', import.meta.url), [url, largestTenant, account, jobId], {
        execArgv: ['--import', 'tsx'],
      })
    const began = performance.now()
    if (account === 'acct_largest') {
      const killed = start()
      const exit = once(killed, 'exit')
      // In the middle of the largest table.
      while (!(await has({ query }, largestTenant, account))) await setTimeout(200)
      await setTimeout(1_000)
      killed.kill('SIGKILL')
      await exit
      console.log({ account, killedAfter: await count({ query }, largestTenant, account) })
    }
    const child = start()
    const [code] = await once(child, 'exit')
    const seconds = (performance.now() - began) / 1_000
    const moved = await count({ query }, largestTenant, account)
    const unknown = await count({ query }, largestTenant, 'unknown')
    await query(`update sync_jobs set status = 'paused', lease_owner = null, lease_until = null where id = $1`, [jobId])
    console.log({
      account,
      code,
      moved,
      unknown,
      before: left,
      seconds: round(seconds),
      perSecond: Math.round(moved / seconds),
      waits: waitsOf(bystanders),
    })
  }
}

async function has({ query }: Pick<OldTables, 'query'>, tenant: string, account: string): Promise<boolean> {
  const sql = 'select exists (select from invoice_lines where tenant_id = $1 and account = $2) as any'
  return (await query<{ any: boolean }>(sql, [tenant, account]))[0]?.any === true
}

async function count({ query }: Pick<OldTables, 'query'>, tenant: string, account: string): Promise<number> {
  const each = filledTables.map((table) => `(select count(*) from ${table} where tenant_id = $1 and account = $2)`)
  const [row] = await query<{ count: string }>(`select ${each.join(' + ')} as count`, [tenant, account])
  return Number(row?.count)
}

function waitsOf(bystanders: Bystanders) {
  const { read, write } = bystanders.take()
  return { read: inWords(read), write: inWords(write) }
}

function inWords({ ms, table }: Wait): string {
  return `${Math.round(ms)} ms ${table}`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

function gigabytes(bytes: number): number {
  return Math.round(bytes / 1e7) / 100
}
