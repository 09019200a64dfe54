import { expect, it } from 'vitest'
import { Item } from '../../../src/json/item.ts'
import { bytesOf, bytesRange } from '../../../src/sync/estimate/bytes.ts'
import { exactly } from '../../../src/sync/estimate/range.ts'

/** An item whose JSON, `{"a":"…"}`, has so many bytes. */
const itemOf = (bytes: number) => Item.of({ a: 'x'.repeat(bytes - 8) })

it.each([
  ['no item is known', [], 450],
  // 450 + 1.4 × 1.12 × 1,000
  ['a payload is stored as it is', [1_000], 2_018],
  // 450 + 1.4 × 1.12 × (100 + 300) / 2 = 763.6
  ['payloads differ', [100, 300], 764],
  // 450 + 1.4 × 1.12 × 1,800 = 3,272.4
  ['a payload is as long as Postgres leaves it', [1_800], 3_272],
  // 450 + 1.4 × 0.43 × 1,801 = 1,534.2
  ['a payload is a byte longer, and is compressed', [1_801], 1_534],
])('bytes of a row where %s', (_, sizes, bytes) => {
  expect(bytesOf(sizes.map(itemOf))).toBe(bytes)
})

it('bytes of a table are uncertain by a factor, and by its first pages if it has rows', () => {
  // 0.6 × 1,000; 2 × 1,000; 1.7 × 3,000 + 100,000
  expect(bytesRange({ least: 1, likely: 2, most: 3 }, 1_000)).toEqual({ least: 600, likely: 2_000, most: 105_100 })
  expect(bytesRange({ least: 1, likely: 2, most: null }, 1_000).most).toBe(null)
  expect(bytesRange(exactly(0), 1_000)).toEqual(exactly(0))
})
