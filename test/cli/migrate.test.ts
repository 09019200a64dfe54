import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { readMigrations } from '../../src/db/migration-files.ts'
import { createDatabase } from '../../src/local/postgres.ts'
import { manifestAt, temporaryFile } from '../providers/custom/example-manifest.ts'
import { run } from './program.ts'

const total = readMigrations('drizzle').length

/** A database without tables, as the owner's configuration names it. */
async function emptyDatabase() {
  const name = `migrate_${randomUUID().slice(0, 8)}`
  const url = await createDatabase(inject('postgres'), name)
  const where = `127.0.0.1:${new URL(url).port}/${name}`
  return { where, env: { ConnectionStrings__DefaultConnection: `${url}?sslmode=disable` } }
}

test('migrate says how many migrations it applied, and a second run says that the database is up to date', async () => {
  const { where, env } = await emptyDatabase()
  expect(await run(['migrate'], { env })).toEqual({
    code: 0,
    stdout: `${where}: ${total} migrations applied\n`,
    stderr: '',
  })
  expect(await run(['migrate'], { env })).toEqual({ code: 0, stdout: `${where} is up to date\n`, stderr: '' })
})

test('two runs of migrate at once end well, and apply each migration once', async () => {
  const { env } = await emptyDatabase()
  const ended = await Promise.all([run(['migrate'], { env }), run(['migrate'], { env })])
  expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
    { code: 0, stderr: '' },
    { code: 0, stderr: '' },
  ])
  // Between two transactions the other process may take the turn.
  const applied = ended.map(({ stdout }) => Number(/(\d+) migrations applied\n$/.exec(stdout)?.[1] ?? 0))
  expect((applied[0] ?? 0) + (applied[1] ?? 0)).toBe(total)
})

test('migrate makes the queue where the address of the queue is one in Postgres, and can be repeated', async () => {
  const { where, env } = await emptyDatabase()
  const { where: elsewhere, env: other } = await emptyDatabase()
  const client = new pg.Client(other.ConnectionStrings__DefaultConnection)
  const migrate = (Queue__Url: string) => run(['migrate'], { env: { ...env, Queue__Url } })
  expect(await migrate('postgres:')).toEqual({
    code: 0,
    stdout: `${where}: ${total} migrations applied\n${where} has the queue billing-sync\n`,
    stderr: '',
  })
  const address = `${other.ConnectionStrings__DefaultConnection}&queue=small`
  for (const _ of ['once', 'again'])
    expect(await migrate(address)).toEqual({
      code: 0,
      stdout: `${where} is up to date\n${elsewhere} has the queue small\n`,
      stderr: '',
    })
  await client.connect()
  const { rows } = await client.query(`select billing_sync.enqueue('{}', queue => 'small') is not null as queued`)
  await client.end()
  expect(rows).toEqual([{ queued: true }])
})

test('migrate makes the states of custom providers those of their manifests, and leaves others alone', async () => {
  const { where, env } = await emptyDatabase()
  const example = 'examples/custom-providers/chargebee.json'
  const migrate = (over: object) => {
    const file = temporaryFile('chargebee.json', manifestAt(example, over))
    return run(['migrate'], { env: { ...env, Providers__Manifests: file } })
  }
  const client = new pg.Client({
    connectionString: env.ConnectionStrings__DefaultConnection.replace('?sslmode=disable', ''),
  })
  await migrate({ states: { invoice: { posted: 'open', paid: 'paid', old: 'void' } } })
  await client.connect()
  const stated = async (condition: string) =>
    (await client.query(`select status, state from states where ${condition} order by status`)).rows
  const others = await stated(`provider <> 'chargebee'`)
  expect(await stated(`provider = 'chargebee'`)).toHaveLength(3)
  expect(await migrate({ states: { invoice: { posted: 'draft', paid: 'paid' } } })).toEqual({
    code: 0,
    stdout: `${where} is up to date\n${where}: 2 status words of custom providers written to states\n`,
    stderr: '',
  })
  expect(await stated(`provider = 'chargebee'`)).toEqual([
    { status: 'paid', state: 'paid' },
    { status: 'posted', state: 'draft' },
  ])
  expect(await stated(`provider <> 'chargebee'`)).toEqual(others)
  expect(others.length).toBeGreaterThan(10)
  await client.end()
  expect((await migrate({ states: { invoice: { posted: 'paidd' } } })).stderr).toContain(
    '/states/invoice/posted must be one of',
  )
})

test('migrate without a database says which setting is missing', async () => {
  const { code, stderr } = await run(['migrate'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^config: ConnectionStrings.DefaultConnection is not set\. Put it into .+\n$/)
})
