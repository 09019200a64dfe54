import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrateQueue } from '../../src/queue/postgres/migrate.ts'
import { openPostgresServer, type PostgresServer } from './postgres-fixture.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await openPostgresServer()
})
afterAll(() => server.close())

/** Migrates the queue in the database of the server with this login. */
function migrateAs(user?: string) {
  const url = new URL(server.url)
  if (user !== undefined) url.username = user
  return migrateQueue({ database: parseConnectionString(`${url.href}?sslmode=disable`), name: 'jobs' })
}

test('a login that may not make the queue is told who may', async () => {
  await expect(migrateAs('sender')).rejects.toThrow(
    'migrate: the login of Queue.Url may not make the queue. Migrate as the owner of the schema billing_sync, or of the database.',
  )
})

test('a queue that cannot be made is a failure in the words of Postgres, and changes nothing', async () => {
  const comments = `select count(*)::int as n from pg_description where objoid = 'billing_sync.dead_letters'::regclass`
  const before = await server.query(comments)
  await server.query('alter table billing_sync.messages rename column holder to other')
  await server.query(`comment on table billing_sync.dead_letters is null`)
  await expect(migrateAs()).rejects.toThrow('column "holder" of relation "billing_sync.messages" does not exist')
  const [after] = await server.query<{ n: number }>(comments)
  await server.query('alter table billing_sync.messages rename column other to holder')
  await migrateAs()
  expect({ after: (after?.n ?? 0) + 1, again: await server.query(comments) }).toEqual({
    after: (before[0] as { n: number }).n,
    again: before,
  })
})
