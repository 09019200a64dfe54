import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openTestDatabase } from '../support/database.ts'

/*
 * The statements of docs/operations.md.
 */

const blocks = [...readFileSync('docs/operations.md', 'utf8').matchAll(/^ *```sql\n([\s\S]*?)```/gm)].map(
  ([, text = '']) => text,
)
const blockWith = (start: string) => {
  const block = blocks.find((text) => text.includes(start))
  if (!block) throw new Error(`docs/operations.md has no statement with ${start}`)
  return block
}

const insertJob = `insert into sync_jobs (id, tenant_id, provider, sync_type, status, finished_at, result)
  values ($1, $2, 'stripe', 'full', 'completed', now() - make_interval(days => $3), '{}')`
const insertRunningJob = `insert into sync_jobs (id, tenant_id, provider, sync_type, status, lease_owner, lease_until, created_at)
  values ($1, $2, 'stripe', 'full', 'running', 'worker', now(), now() - interval '1 year')`

test('the login that removes old jobs can delete no others, and none of a tenant that it does not name', async () => {
  const { url, query } = await openTestDatabase()
  const role = `janitor_${randomUUID().slice(0, 8)}`
  const tenant = randomUUID()
  await query(insertJob, [randomUUID(), tenant, 100])
  await query(insertJob, [randomUUID(), randomUUID(), 200])
  await query(insertJob, [randomUUID(), tenant, 0])
  await query(insertRunningJob, [randomUUID(), tenant])
  await query(blockWith('create policy old_jobs').replaceAll('billing_sync_janitor', role))
  const janitor = new pg.Client({ connectionString: url })
  await janitor.connect()
  onTestFinished(async () => {
    await janitor.query(`reset role; drop owned by ${role}; drop role ${role}`)
    await janitor.end()
  })
  await janitor.query(`set role ${role}`)
  expect((await janitor.query('delete from sync_jobs')).rowCount).toBe(0)
  await janitor.query(`select set_config('app.tenant_id', $1, false)`, [tenant])
  expect((await janitor.query('delete from sync_jobs')).rowCount).toBe(1)
  expect((await query('select 1 from sync_jobs')).length).toBe(3)
})

/** What `copy` brings, as pg_dump asks for it. */
async function dumped(client: pg.Client, table: string): Promise<string> {
  const chunks: Buffer[] = []
  const connection = (client as unknown as { connection: NodeJS.EventEmitter }).connection
  const take = ({ chunk }: { readonly chunk: Buffer }) => void chunks.push(chunk)
  connection.on('copyData', take)
  await client.query('set row_security = off')
  await client.query(`copy ${table} to stdout`).finally(() => connection.off('copyData', take))
  return Buffer.concat(chunks).toString()
}

test('the login that backs up dumps the rows of all tenants, whose owner dumps none', async () => {
  const { url, query } = await openTestDatabase()
  const [backup, owner] = ['backup', 'owner'].map((name) => `${name}_${randomUUID().slice(0, 8)}`)
  const ids = [randomUUID(), randomUUID()]
  for (const id of ids) await query(insertJob, [id, randomUUID(), 1])
  await query(
    blockWith('bypassrls')
      .replace('billing_sync_backup', backup ?? '')
      .replace("password '…'", ''),
  )
  await query(`create role ${owner} login; alter table sync_jobs owner to ${owner}`)
  const connect = async (name = '') => {
    const login = new URL(url)
    login.username = name
    const client = new pg.Client({ connectionString: login.href })
    await client.connect()
    onTestFinished(() => client.end())
    return client
  }
  const client = await connect(backup)
  const copy = await dumped(client, 'sync_jobs')
  for (const id of ids) expect(copy).toContain(id)
  const tables = await query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace in ('public'::regnamespace, 'billing_sync'::regnamespace)`,
  )
  expect(tables.length).toBeGreaterThan(20)
  for (const { name } of tables) await dumped(client, name)
  await expect(client.query('delete from sync_jobs')).rejects.toMatchObject({ code: '42501' })
  await expect(dumped(await connect(owner), 'sync_jobs')).rejects.toThrow('affected by row-level security policy')
  // As with --enable-row-security: no error and no row.
  expect((await (await connect(owner)).query('select * from sync_jobs')).rows).toEqual([])
})

test('a job is cancelled by the statement that says so, and only while it has not ended', async () => {
  const { query } = await openTestDatabase()
  const statement = blockWith("set status = 'cancelled'")
  const id = /'([0-9a-f-]{36})'/.exec(statement)?.[1]
  await query(insertRunningJob, [id, randomUUID()])
  await query(`update sync_jobs set waiting_for = '{"code": "rate_limited"}', waiting_since = now()`)
  await query(statement)
  expect(await query('select status, lease_owner, waiting_for, waiting_since from sync_jobs')).toEqual([
    { status: 'cancelled', lease_owner: null, waiting_for: null, waiting_since: null },
  ])
  const [before] = await query('select xmin::text from sync_jobs')
  await query(statement)
  expect(await query('select xmin::text from sync_jobs')).toEqual([before])
})

test('all that only looks is understood by the database', async () => {
  const { query } = await openTestDatabase()
  const selects = blocks.flatMap((block) => block.split(/;\s*(?:--.*)?$/m)).filter((text) => /^\s*select/.test(text))
  expect(selects.length).toBeGreaterThan(5)
  for (const select of selects) await query(select)
})

test('every alarm has a section, and every section about an alarm has one', () => {
  const templates = ['alarms.yml', 'live-events/alarms.yml', 'live-events/receiver-alarms.yml']
  const alarms = templates.flatMap((name) => [
    ...readFileSync(`infra/${name}`, 'utf8').matchAll(/^ {2}(\w+):\n {4}Type: AWS::CloudWatch::Alarm$/gm),
  ])
  const sections = [...readFileSync('docs/operations.md', 'utf8').matchAll(/^## (\w+Alarm)$/gm)]
  expect(alarms.length).toBeGreaterThan(5)
  expect(sections.map(([, name]) => name)).toEqual(alarms.map(([, name]) => name))
})
