import { sql } from 'drizzle-orm'
import { expect, onTestFinished, test } from 'vitest'
import { openPostgresProxy } from '../faults/postgres-proxy.ts'
import { openTcpProxy } from '../faults/tcp-proxy.ts'
import { openTestDatabase } from '../support/database.ts'
import { context, jobRequest, setup, sqsEvent } from '../support/setup.ts'

/*
 * RDS Proxy hands a connection to the server to whoever begins a transaction. It refuses to connect whoever sends `options`,
 * and whoever changes a session, as by SET, keeps that session's connection to himself until he leaves.
 */

test('nothing that RDS Proxy refuses is sent at connecting, and nothing that changes a session after it', async () => {
  const { workerUrl, openWorker, job } = await setup({ sandbox: { customers: 120 } })
  const statements: string[] = []
  const behind = await openPostgresProxy(workerUrl)
  behind.decide((_, __, statement) => {
    statements.push(statement)
    return 'pass'
  })
  const front = await openTcpProxy(behind.url.replace(/^postgres(ql)?:/, 'http:'))
  onTestFinished(async () => {
    await front.close()
    await behind.close()
  })
  let begun = 0
  front.decide(({ from, text }) => {
    if (from !== 'client' || !text.includes('\0user\0') || !text.includes('\0database\0')) return 'pass'
    begun++
    return text.includes('\0options\0') ? 'cut-before' : 'pass'
  })
  const url = new URL(workerUrl)
  url.host = new URL(front.url).host
  const worker = await openWorker({ ConnectionStrings__DefaultConnection: `${url.href}?sslmode=disable` })
  const request = jobRequest({ additionalData: { batch_size: 30 } })
  await worker.handle(sqsEvent([JSON.stringify(request)]), context(60_000))
  expect(begun).toBeGreaterThan(0)
  expect(await job(request.jobId)).toMatchObject({ status: 'completed', created: '120' })
  expect(statements.length).toBeGreaterThan(5)
  const pinning =
    /^\s*(set|reset|discard|prepare|listen|load)\b|pg_advisory_lock|create temp|set_config\([^)]*, ?false\)/i
  expect(statements.filter((statement) => pinning.test(statement))).toEqual([])
})

test('the limits of a transaction end with it, and a statement by itself has one on waiting for a lock', async () => {
  const { tenant } = await openTestDatabase()
  const within = {
    statement_timeout: '30s',
    lock_timeout: '5s',
    idle_in_transaction_session_timeout: '15s',
    client_connection_check_interval: '1s',
    timezone: 'UTC',
    work_mem: '32MB',
    jit: 'off',
  }
  const db = tenant('0f9d3c52-6d1e-4b7a-9b51-2c8e7a4f1d03')
  const shown = sql.join(
    Object.keys(within).map((name) => sql`current_setting(${name}) as ${sql.identifier(name)}`),
    sql`, `,
  )
  const outside = async () => (await db.alone((statement) => statement.execute(sql`select ${shown}`))).rows[0]
  const defaults = await outside()
  expect((await db.within((tx) => tx.execute(sql`select ${shown}`))).rows).toEqual([within])
  expect((await db.read((tx) => tx.execute(sql`select ${shown}`))).rows).toEqual([within])
  expect(await outside()).toEqual(defaults)
  expect(defaults).toMatchObject({ statement_timeout: '0', lock_timeout: '0' })
  const { rows } = await db.alone((statement, whose) =>
    statement.execute(sql`select current_setting('lock_timeout') as waits from (select ${whose} as id offset 0) as owner
      where owner.id is not null`),
  )
  expect(rows).toEqual([{ waits: '5s' }])
  expect(await outside()).toEqual(defaults)
})
