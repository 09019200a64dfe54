import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { parseConnectionString } from '../../src/config/connection-string.ts'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabase } from '../../src/local/postgres.ts'

/** The migrations up to this one. */
function upTo(last: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'billing-sync-migrations-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  cpSync('drizzle', folder, { recursive: true })
  const journal = join(folder, 'meta', '_journal.json')
  const all = JSON.parse(readFileSync(journal, 'utf8'))
  const count = all.entries.findIndex(({ tag }: { readonly tag: string }) => tag === last) + 1
  expect(count).toBeGreaterThan(0)
  writeFileSync(journal, JSON.stringify({ ...all, entries: all.entries.slice(0, count) }))
  return folder
}

test('a migration does not wait behind a long query, says so, and is done when it is run again', async () => {
  const url = await createDatabase(inject('postgres'), `upgraded_${randomUUID().slice(0, 8)}`)
  const settings = parseConnectionString(`${url}?sslmode=disable`)
  const before = await migrate(settings, upTo('0011_lz4'))
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query(`insert into customers (tenant_id, provider, id, raw, observed_at)
    values (gen_random_uuid(), 'stripe', 'cus_1', '{"id":"cus_1"}', now())`)

  await client.query('begin')
  await client.query('select id from customers')
  await expect(migrate(settings, 'drizzle', 100)).rejects.toThrow(
    'migrate: a long query or a running worker uses one of the tables. Nothing was changed. Run it again.',
  )
  expect((await client.query('select * from customers')).rows).toEqual([
    expect.not.objectContaining({ raw_sha256: null }),
  ])
  await client.query('commit')

  expect(await migrate(settings)).toBeGreaterThan(0)
  expect(await migrate(settings)).toBe(0)
  expect(before).toBe(12)
  expect((await client.query('select id, raw, raw_sha256 from customers')).rows).toEqual([
    { id: 'cus_1', raw: { id: 'cus_1' }, raw_sha256: null },
  ])
})
