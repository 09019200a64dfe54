import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { createReadiness } from '../../src/db/readiness.ts'
import { openTestDatabase } from '../support/database.ts'
import { asWorker } from '../support/postgres.ts'

/** Each question is asked anew. */
function createClock() {
  let time = 0
  return () => {
    time += 10_000
    return time
  }
}

function setup(connection: string) {
  const readiness = createReadiness(parseConnectionString(connection), createClock())
  onTestFinished(readiness.close)
  return readiness
}

test('a database with all columns is there, and a missing column is a missing migration', async () => {
  const { url, query } = await openTestDatabase()
  const login = `${asWorker(url)}?sslmode=disable`
  const { missing } = setup(login)
  await query('alter table sync_jobs rename column sent_with to sent_before')
  expect(await missing()).toBe(
    'migrations: tables or columns are missing or differ (42703). Run npm run migrate, or deploy the version of the worker that was migrated to.',
  )
  const probes = `select 1 from pg_stat_activity where application_name = 'billing-sync probe' and datname = current_database()`
  // Another pool may find that the server speaks TLS. This one would end by itself after half a minute.
  await expect.poll(() => query(probes), { timeout: 120_000 }).toEqual([])
  await query('alter table sync_jobs rename column sent_before to sent_with')
  expect(await missing()).toBeNull()
  // Once they were there, the columns are asked for no more.
  await query('alter table sync_jobs rename column sent_with to sent_before')
  expect(await missing()).toBeNull()
})

test('a login that the database refuses is said without its password', async () => {
  const { url } = await openTestDatabase()
  const login = new URL(url)
  login.username = 'nobody'
  login.password = 'canary5Fh2'
  const sentence = await setup(`${login.href}?sslmode=disable`).missing()
  expect(sentence).toMatch(/^database: the login is refused \(28/)
  expect(sentence).not.toContain('canary')
})

test('a server that is away is said, and one that falls silent is said after three seconds', async () => {
  expect(await setup('postgres://me:canary5Fh2@127.0.0.1:1/d?sslmode=disable').missing()).toMatch(
    /^database: the server at 127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)\./,
  )
  const silent = createServer()
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void silent.close())
  const address = silent.address()
  const port = typeof address === 'object' ? address?.port : 0
  expect(await setup(`postgres://me:canary5Fh2@127.0.0.1:${port}/d?sslmode=disable`).missing()).toBe(
    'database: it has not answered within 3 s. Check the server of ConnectionStrings.DefaultConnection and the network.',
  )
})

test('an answer is good for a second', async () => {
  const { url, query } = await openTestDatabase()
  let time = 5_000
  const readiness = createReadiness(parseConnectionString(`${asWorker(url)}?sslmode=disable`), () => time)
  onTestFinished(readiness.close)
  await query('alter table sync_jobs rename to hidden_jobs')
  expect(await readiness.missing()).toMatch(/^migrations: /)
  await query('alter table hidden_jobs rename to sync_jobs')
  time = 5_999
  expect(await readiness.missing()).toMatch(/^migrations: /)
  time = 6_000
  expect(await readiness.missing()).toBeNull()
})
