import { describe, expect, it } from 'vitest'
import { Item } from '../../src/json/item.ts'
import { itemsLeft, openReader, type Reader, turnPage } from '../../src/sync/reader.ts'
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

describe('a list that does not end', () => {
  const source = { kind: 'list', name: 'things', createdFilter: { field: 'created' } } as Reader['source']
  const begin = () => openReader({ ...reader({}, null).slice, position: null }, source, 2)
  const pageOf = (next: string | null, ...seconds: (number | null)[]) => ({
    items: seconds.map((created, at) => Item.of({ id: `${next} ${at}`, created })),
    next,
    observedAt: new Date(0),
  })

  it('by pages from before its place, with a cursor that is another each time, is a fault after twenty', () => {
    const reading = begin()
    turnPage(reading, pageOf('1', 900, 800))
    turnPage(reading, pageOf('2', 700, 600))
    for (let n = 0; n < 20; n++) turnPage(reading, pageOf(`again ${n}`, 900, 800))
    expect(() => turnPage(reading, pageOf('again', 900, 800))).toThrow(
      expect.objectContaining({ code: 'provider_contract', message: expect.stringContaining('come before the place') }),
    )
  })

  it('by its first page for ever is a fault after twenty, and a second that is read again is none', () => {
    const first = (next: string) => ({ ...pageOf('1', 900, 800), next })
    const reading = begin()
    turnPage(reading, first('1'))
    for (let n = 0; n < 20; n++) turnPage(reading, first(`again ${n}`))
    expect(() => turnPage(reading, first('again'))).toThrow(expect.objectContaining({ code: 'provider_contract' }))
    const again = begin()
    turnPage(again, first('1'))
    again.restarts = 1
    for (let n = 0; n < 30; n++) turnPage(again, first(`again ${n}`))
  })

  it('is not one whose pages lead on, or have times that cannot be read, or are of one second', () => {
    const reading = begin()
    turnPage(reading, pageOf('1', 900, 800))
    for (let n = 0; n < 60; n++) turnPage(reading, pageOf(`back ${n}`, 900, n % 2 ? 900 : 800 - n))
    for (let n = 0; n < 30; n++) turnPage(reading, pageOf(`odd ${n}`, null, null))
    for (let n = 0; n < 30; n++) turnPage(reading, pageOf(`same ${n}`, 700, 700))
    expect(turnPage(reading, pageOf(null, 600)).last).toBe(true)
  })
})
