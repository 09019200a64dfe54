import { describe, expect, it } from 'vitest'
import { answerTooLarge, listChanged, SyncError } from '../../src/errors.ts'
import { Item } from '../../src/json/item.ts'
import { fetchPage, itemsLeft, openReader, type Reader, turnPage } from '../../src/sync/reader.ts'
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

const filters = { createdFilter: { field: 'created' }, updatedFilter: { field: 'updated' } }
const source = { kind: 'list', name: 'things', ...filters } as Reader['source']
const open = (over: Partial<Slice> = {}, more: object = {}) =>
  openReader({ ...reader({}, null).slice, position: null, ...over }, { ...source, ...more } as Reader['source'], 2)
const page = (next: string | null, ...seconds: number[]) => ({
  items: seconds.map((created, at) => Item.of({ id: `${created} ${at}`, created })),
  next,
  observedAt: new Date(0),
})

describe('a page', () => {
  const asked = async (over: Partial<Slice>, more?: object) => {
    let query: unknown
    await fetchPage(open(over, more), async (given) => {
      query = given
      return page(null)
    })
    return query
  }

  it('is asked for with the window, its kind, the part and the cursor that it has, and with nothing else', async () => {
    expect(await asked({})).toStrictEqual({ window, cursor: null, limit: 2 })
    expect(await asked({ by: 'updated', part: 'L1', cursor: 'c' })).toStrictEqual({
      ...{ window, by: 'updated', part: 'L1', cursor: 'c', limit: 2 },
    })
    expect(await asked({}, { createdFilter: undefined })).toStrictEqual({ cursor: null, limit: 2 })
    expect(await asked({ part: '' })).toStrictEqual({ window, part: '', cursor: null, limit: 2 })
  })

  it('shares its last second with the next one, and its first with the one before', () => {
    const reading = open()
    expect([...turnPage(reading, page('1', 900, 800)).shared]).toEqual([800])
    expect([...turnPage(reading, { ...page('2', 800, 700), endsWithSecond: true }).shared]).toEqual([800])
    expect([...turnPage(reading, page(null, 600, 500)).shared]).toEqual([700])
    expect([...turnPage(open(), page(null, 600, 500)).shared]).toEqual([])
  })

  it('shows how dense the list is, unless its items are of one second or tell none', () => {
    const reading = open()
    const densityAfter = (next: string, ...seconds: number[]) => {
      turnPage(reading, page(next, ...seconds))
      return reading.density
    }
    expect(densityAfter('1', 900, 801)).toBe(2 / 100)
    expect(densityAfter('2', 700, 700)).toBe(2 / 100)
    expect(densityAfter('3', Number.NaN, Number.NaN)).toBe(2 / 100)
    expect(densityAfter('4', 600, 551)).toBe(2 / 50)
    // Better than nothing.
    expect(turnPage(Object.assign(reading, { density: null }), page('5', 500, 500)).density).toBe(2)
    expect(reading.density).toBe(2)
  })

  it('of a list with a stated total says whether it begins or ends the list, and any other says neither', () => {
    const total = { total: 4 }
    const reading = open()
    expect(turnPage(reading, { ...page('1', 900, 800), ...total }).whole).toEqual({ begins: true, ends: false })
    expect(turnPage(reading, { ...page(null, 700, 600), ...total }).whole).toEqual({ begins: false, ends: true })
    expect(turnPage(open(), page('1', 900, 800)).whole).toBeNull()
  })
})

describe('a page that is refused', () => {
  const refusal = (code: string) => new SyncError('reject', code as never, 'x: no', { scope: 'page' })
  /** Whether the page is asked for another way, or the error is thrown. */
  const refuse = (reading: ReturnType<typeof open>, code: string) =>
    fetchPage(reading, () => Promise.reject(refusal(code))).then(
      (answer) => (answer === null ? 'again' : 'answered'),
      () => 'thrown',
    )

  it('is asked for without its cursor, five times at one place', async () => {
    const reading = open()
    turnPage(reading, page('0', 900, 900))
    for (let n = 1; n <= 5; n++) {
      expect(await refuse(reading, 'cursor_gone')).toBe('again')
      expect(reading.slice).toMatchObject({ cursor: null, position: 900 })
      turnPage(reading, page(String(n), 900, 900))
    }
    expect(await refuse(reading, 'cursor_gone')).toBe('thrown')
    expect(await refuse(open(), 'cursor_gone')).toBe('thrown')
    turnPage(reading, page('6', 900, 800))
    expect(await refuse(reading, 'cursor_gone')).toBe('again')
  })

  it('because the list has changed begins the list again: once where it can be halved, else five times', async () => {
    const timed = open({ cursor: '2' })
    expect([await refuse(timed, listChanged), timed.slice.cursor]).toEqual(['again', null])
    expect(await refuse(timed, listChanged)).toBe('thrown')
    const untimed = open({}, { createdFilter: undefined, updatedFilter: undefined })
    for (let n = 1; n <= 5; n++) expect(await refuse(untimed, listChanged)).toBe('again')
    expect(await refuse(untimed, listChanged)).toBe('thrown')
  })

  it('because it is too large is asked for with half the items, from the beginning where pages are counted', async () => {
    const reading = open({ cursor: 'c' })
    expect([await refuse(reading, answerTooLarge), reading.limit, reading.slice.cursor]).toEqual(['again', 1, 'c'])
    expect(await refuse(reading, answerTooLarge)).toBe('thrown')
    const counted = open()
    await fetchPage(counted, async () => ({ ...page('2', 900, 800), total: 4 }))
    turnPage(counted, { ...page('2', 900, 800), total: 4 })
    expect(await refuse(counted, answerTooLarge)).toBe('again')
    expect([counted.slice.cursor, counted.whole.total, counted.whole.ids.size]).toEqual([null, null, 0])
  })
})
