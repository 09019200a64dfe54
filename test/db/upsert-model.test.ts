import { hash, randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { customers, prices } from '../../src/db/schema.ts'
import type { StampedRow } from '../../src/db/stamped-row.ts'
import { upsert } from '../../src/db/upsert.ts'
import { RawJson } from '../../src/json/raw-json.ts'
import { openTestDatabase } from '../support/database.ts'
import { createRandom, forEachSeedAsync } from '../support/random.ts'

/*
 * Random sequences of writes against a few lines that say what a write means: which row is stored, and what is counted.
 */

interface Stored {
  value: number
  second: number
  deleted: boolean
  inline: boolean
  sha256: string | null
}

interface Write extends Stored {
  readonly id: string
  readonly raw: unknown
}

/** One value in several spellings: bytes that differ, and numbers that are equal. */
const spellings = [
  (id: string, value: number) => `{"id":"${id}","value":${value}}`,
  (id: string, value: number) => `{ "value" : ${value}, "id":"${id}" }`,
  (id: string, value: number) => `{"id":"${id}","value":${value}.0}`,
]

function expected(rows: Map<string, Stored>, writes: readonly Write[], how: { force: boolean; onlyMissing: boolean }) {
  const counts = { created: 0, updated: 0 }
  const newest = new Map<string, Write>()
  for (const write of writes) {
    const other = newest.get(write.id)
    const winner = other && other.second > write.second ? other : write
    newest.set(write.id, { ...winner, inline: write.inline && (other?.inline ?? true) })
  }
  for (const { id, raw: _, ...write } of newest.values()) {
    const row = rows.get(id)
    if (!row) {
      rows.set(id, write)
      counts.created++
      continue
    }
    const listedNow = row.inline && !write.inline
    const isNewer = write.second >= row.second
    const differs = how.force || write.deleted !== row.deleted || write.value !== row.value
    if (!listedNow && (!isNewer || how.onlyMissing || !differs)) continue
    counts.updated++
    rows.set(id, { ...(isNewer ? write : row), inline: row.inline && write.inline })
  }
  return counts
}

test('a table is what its writes say, whatever they are', () =>
  forEachSeedAsync(Number(process.env.SEEDS ?? 4), async (seed) => {
    const random = createRandom(seed)
    const { db, query } = await openTestDatabase()
    const tenantId = randomUUID()
    const table = seed % 2 === 0 ? prices : customers
    const mayBeInline = table === prices
    const rows = new Map<string, Stored>()
    for (let round = 0; round < 150; round++) {
      const how = { force: random.below(8) === 0, onlyMissing: random.below(8) === 0 }
      const writes = Array.from({ length: 1 + random.below(6) }, (): Write => {
        const id = random.pick(['a', 'b', 'c', 'd', 'e', 'f'])
        const value = random.below(2)
        const text = random.pick(spellings)(id, value)
        const page = RawJson.of(Buffer.from(`{"data":[0,${text}]}`)).at('data')
        const isWhole = random.below(4) > 0
        return {
          id,
          value,
          second: random.below(2 + round / 4),
          deleted: random.below(6) === 0,
          inline: mayBeInline && random.below(2) === 0,
          sha256: isWhole ? hash('sha256', text.trim()) : null,
          raw: isWhole ? page.at(1) : { id, value },
        }
      })
      const wanted = expected(rows, writes, how)
      const given = writes.map(
        ({ id, raw, second, deleted, inline }): StampedRow => ({
          row: { id, ...(mayBeInline && { inline }) },
          raw,
          observedAt: new Date(second * 1_000),
          deleted,
        }),
      )
      expect(
        await upsert(db, {
          table,
          tenantId,
          provider: 'stripe',
          account: 'acct_1',
          rows: given,
          onlyMissing: how.onlyMissing,
          overwrite: how.force ? { kind: 'from the future' } : null,
        }),
        `round ${round}`,
      ).toMatchObject(wanted)
      const stored = await query(`select id, raw, raw_sha256, extract(epoch from observed_at)::int as second,
        deleted_at is not null as deleted${mayBeInline ? ', inline' : ''} from ${mayBeInline ? 'prices' : 'customers'} order by id`)
      expect(stored, `round ${round}`).toEqual(
        [...rows].toSorted().map(([id, { value, second, deleted, inline, sha256 }]) => ({
          id,
          raw: { id, value },
          raw_sha256: sha256 && Buffer.from(sha256, 'hex'),
          second,
          deleted,
          ...(mayBeInline && { inline }),
        })),
      )
    }
  }))
