import { drizzle } from 'drizzle-orm/node-postgres'
import { migrate as drizzleMigrate } from 'drizzle-orm/node-postgres/migrator'
import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { migrate, pendingMigrations } from '../../src/db/migrate.ts'
import {
  all,
  asLogin,
  emptyDatabase,
  loginOf,
  names,
  ownRows,
  settingsOf,
  sharedRows,
  tables,
} from './migrate-setup.ts'
import { otherMigrations, ownMigrations } from './migration-folder.ts'

describe('another application with Drizzle in the same database', () => {
  const neighbour = (name: string, when: number) => ({ name, when, sql: `create table "${name}" (id int)` })
  const times: Record<string, readonly [first: number, second: number]> = {
    'older migrations than ours': [1_000, 2_000],
    'newer migrations than ours': [9e12, 9.1e12],
    'migrations older and newer than ours': [1_000, 9e12],
  }
  const apply = (client: pg.Client, folder: string) => drizzleMigrate(drizzle(client), { migrationsFolder: folder })

  test.each(Object.entries(times))('may have %s: neither hides the other’s', async (_, [first, second]) => {
    const { client, query, settings } = await emptyDatabase()
    await apply(client, otherMigrations([neighbour('theirs', first)]))
    const theirs = await query(sharedRows)
    expect(await pendingMigrations(settings)).toBe(all)
    expect(await migrate(settings)).toBe(all)
    expect(await pendingMigrations(settings)).toBe(0)
    expect(await query(tables)).toEqual(['customers', 'sync_jobs'])
    expect(await query(sharedRows)).toEqual(theirs)
    await apply(client, otherMigrations([neighbour('theirs', first), neighbour('their_next', second)]))
    expect(await query(`select count(*)::int from their_next`)).toEqual([0])
    expect(await query(sharedRows)).toHaveLength(2)
    expect(await migrate(settings)).toBe(0)
  })

  test.each(Object.entries(times))(
    'keeps %s when our rows leave the journal that we shared',
    async (_, [first, second]) => {
      const { client, query, settings } = await emptyDatabase()
      await apply(client, ownMigrations({ last: '0011_lz4' }))
      // Drizzle itself would leave these out, since our rows are newer.
      await client.query(`insert into drizzle.__drizzle_migrations (hash, created_at)
        values ('theirs', ${first}), ('their next', ${second})`)
      expect(await pendingMigrations(settings)).toBe(all - 12)
      expect(await migrate(settings)).toBe(all - 12)
      expect(await query(sharedRows)).toEqual(['theirs', 'their next'])
      expect(await query(ownRows)).toEqual(names)
      expect(await query('select count(*)::int from billing_sync.migrations where applied_at is null')).toEqual([12])
      expect(await migrate(settings)).toBe(0)
    },
  )

  test('whose journal our login may not read has none of our rows', async () => {
    const { url, client, query } = await emptyDatabase()
    await apply(client, otherMigrations([neighbour('theirs', 1_000)]))
    const owner = await loginOf(client, { mayCreateSchemas: true })
    expect(await migrate(settingsOf(asLogin(url, owner)))).toBe(all)
    expect(await query(sharedRows)).toHaveLength(1)
  })
})
