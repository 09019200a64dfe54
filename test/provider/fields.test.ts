import { describe, expect, it } from 'vitest'
import * as read from '../../src/provider/fields.ts'

const odd: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  '',
  'text',
  '7',
  [],
  [1],
  {},
  { id: 'x' },
  7n,
  Symbol('s'),
  () => 1,
  new Date(0),
]

describe('a field of an unknown shape', () => {
  const readers = {
    text: read.text,
    flag: read.flag,
    integer: read.integer,
    object: read.object,
    second: read.second,
    unixSeconds: read.unixSeconds,
  }
  for (const [name, reader] of Object.entries(readers))
    it(`never makes ${name} throw`, () => {
      for (const value of odd) expect(() => reader(value)).not.toThrow()
    })
})

describe('fields', () => {
  it('are those of an object', () => expect(read.fields({ a: 1 })).toEqual({ a: 1 }))
  it('are none for anything else', () => {
    for (const value of [undefined, null, 1, 'text', [1, 2], true]) expect(read.fields(value)).toEqual({})
  })
})

describe('id', () => {
  it('is the text in `id`', () => expect(read.id({ id: 'cus_1' })).toBe('cus_1'))
  it('throws where there is none, without showing the item', () => {
    for (const item of [undefined, null, 'cus_1', [], {}, { id: 7 }, { id: null }, { id: ['secret'] }])
      expect(() => read.id(item)).toThrow(/^its id is not text$/)
  })
})

it('decimal needs no digit before the point', () => {
  expect(['.5', '-.25', '5', '5.0', '5.', '.', '-'].map(read.decimal)).toEqual([
    '.5',
    '-.25',
    '5',
    '5.0',
    null,
    null,
    null,
  ])
})

describe('text, flag and object', () => {
  it('take what they are for and nothing that looks like it', () => {
    expect([read.text(''), read.text('x'), read.text(1), read.text(null)]).toEqual(['', 'x', null, null])
    expect([read.flag(true), read.flag(false), read.flag('true'), read.flag(1)]).toEqual([true, false, null, null])
    expect([read.object({}), read.object([]), read.object(null), read.object('{}')]).toEqual([{}, null, null, null])
  })
})

describe('integer', () => {
  it('takes whole numbers that a double holds exactly', () => {
    const values = [0, -5, 2 ** 53 - 1, -(2 ** 53 - 1), 2 ** 53, 1.5, '1', Number.NaN, null]
    expect(values.map(read.integer)).toEqual([0, -5, 2 ** 53 - 1, -(2 ** 53 - 1), null, null, null, null, null])
  })
})

describe('second and unixSeconds', () => {
  it('take whole seconds from 1970 to the end of the year 9999', () => {
    const values = [0, 1_790_000_000, 253_402_300_799, 253_402_300_800, -1, 1.5, '1790000000', null]
    expect(values.map(read.second)).toEqual([0, 1_790_000_000, 253_402_300_799, null, null, null, null, null])
    expect(read.unixSeconds(1_790_000_000)).toEqual(new Date('2026-09-21T14:13:20Z'))
    expect(read.unixSeconds(253_402_300_799)).toEqual(new Date('9999-12-31T23:59:59Z'))
    expect(read.unixSeconds('soon')).toBeNull()
  })

  it('do not take milliseconds for seconds', () => expect(read.second(Date.UTC(2026, 0, 1))).toBeNull())
})
