import { describe, expect, it } from 'vitest'
import { itemsLeft, openReader, type Reader } from '../../src/sync/reader.ts'
import type { Slice } from '../../src/sync/slices.ts'

const window = { from: 0, to: 1_000 }

function reader(over: Partial<Slice>, density: number | null): Reader {
  const slice: Slice = {
    id: 1,
    resource: 'customers',
    part: null,
    window,
    query: window,
    cursor: null,
    position: 500,
    boundary: [],
    ...over,
  }
  return { ...openReader(slice, {} as Reader['source'], 100), density }
}

describe('items left', () => {
  it('are estimated for each resource by its own slices', () => {
    const readers = [reader({}, 2), reader({ position: 100 }, 3), reader({ resource: 'invoices', position: 10 }, 1)]
    expect(itemsLeft(readers, 0)).toEqual({ customers: 500 * 2 + 100 * 3, invoices: 10 })
  })

  it('of a slice without a page are as dense as those of the other slices of its resource', () => {
    const readers = [
      reader({}, 2),
      reader({}, 4),
      reader({ position: null }, null),
      reader({ resource: 'invoices' }, 50),
    ]
    expect(itemsLeft(readers, 0)).toEqual({ customers: 500 * 2 + 500 * 4 + 1_000 * 3, invoices: 25_000 })
  })

  it('end where the account began', () => {
    expect(itemsLeft([reader({}, 2)], 400)).toEqual({ customers: 200 })
    expect(itemsLeft([reader({}, 2)], 600)).toEqual({ customers: 0 })
  })

  it('are none where no slice has had a page', () => {
    expect(itemsLeft([reader({ position: null }, null)], 0)).toEqual({ customers: 0 })
  })
})
