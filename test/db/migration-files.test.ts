import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readMigrations } from '../../src/db/migration-files.ts'

test('no statement fails in a schema whose name needs quotes, and the hash is that of the file', () => {
  const corrected = readMigrations('drizzle').filter(({ name, hash, statements }) => {
    const text = readFileSync(`drizzle/${name}.sql`, 'utf8')
    expect(hash).toBe(createHash('sha256').update(text).digest('hex'))
    expect(statements.join()).not.toMatch(/[^(]current_schema\(\)::/)
    return /[^(]current_schema\(\)::/.test(text)
  })
  expect(corrected.map(({ name }) => name)).toEqual(['0011_lz4', '0035_revenue_tables'])
})
