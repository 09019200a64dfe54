import { getTableColumns } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import type { Fields } from '../../src/provider/fields.ts'
import { corrupt, malformedValues } from '../json/malformed.ts'
import { createRandom } from '../support/random.ts'
import { examples, mappings, type NamedMapping } from './stripe-objects.ts'

/*
 * What every mapping has in common. Rows as a whole are in stripe-rows.test.ts.
 */

const stamped = [
  'tenantId',
  'provider',
  'account',
  'raw',
  'rawSha256',
  'deletedAt',
  'observedAt',
  'syncedAt',
  'mappingVersion',
]
const columnsOf = ({ table }: NamedMapping) =>
  Object.entries(getTableColumns(table)).filter(([name]) => !stamped.includes(name))

/** What a column takes of what JSON can hold, by its type in SQL; `null` besides. */
const takes: Readonly<Record<string, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  bigint: (value) => Number.isSafeInteger(value),
  numeric: (value) => typeof value === 'string' && /^-?\d+(\.\d+)?(e[+-]\d+)?$/.test(value),
  'timestamp with time zone': (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  jsonb: (value) => typeof value === 'object',
}

function wrongColumns(mapping: NamedMapping, row: Readonly<Record<string, unknown>>): string[] {
  return columnsOf(mapping)
    .filter(([name, column]) => row[name] !== null && !takes[column.getSQLType()]?.(row[name]))
    .map(([name]) => name)
}

describe.each(mappings.map((mapping) => [mapping.name, mapping] as const))('%s', (name, mapping) => {
  const example: Fields = examples.get(name) ?? {}

  test('fills exactly the columns of its table from an example, and knows every shape in it', () => {
    const row = mapping.row(example)
    expect(Object.keys(row).sort()).toEqual(
      columnsOf(mapping)
        .map(([column]) => column)
        .sort(),
    )
    expect(wrongColumns(mapping, row)).toEqual([])
    expect(mapping.drift(example)).toEqual([])
  })

  test('reads an id alone, and is empty but for what needs no field', () => {
    const row = Object.entries(mapping.row({ id: 'x' })).filter(([, value]) => value !== null)
    const parent = row.filter(([, value]) => value === 'parent')
    expect(row).toEqual(expect.arrayContaining([['id', 'x'], ...parent]))
    expect(row.filter(([, value]) => value !== 'x' && value !== 'parent')).toEqual(
      name === 'prices' ? [['inline', false]] : [],
    )
    expect(mapping.drift({ id: 'x' })).toEqual([])
  })

  test.each([null, undefined, 5, 'text', [], {}, { id: 5 }, { id: null }])('refuses %j, which has no id', (item) => {
    expect(() => mapping.row(item)).toThrow('id is not text')
  })

  test('maps malformed values in each field without harm to another column', () => {
    for (const field of Object.keys(example).filter((key) => key !== 'id'))
      for (const value of malformedValues) {
        const row = mapping.row({ ...example, [field]: value })
        expect(wrongColumns(mapping, row), `${field}: ${JSON.stringify(value)}`).toEqual([])
      }
  })

  test('maps malformed values anywhere, at any depth', () => {
    const random = createRandom(name.length)
    for (let turn = 0; turn < 400; turn++) {
      const item = { ...(corrupt(example, random) as Fields), id: 'x' }
      const odd = mapping.drift(item)
      const row = mapping.row(item)
      expect(wrongColumns(mapping, row), JSON.stringify(item)).toEqual([])
      expect(odd.filter((column) => row[column] !== null)).toEqual([])
    }
  })
})
