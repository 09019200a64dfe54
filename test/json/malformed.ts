import type { createRandom } from '../support/random.ts'

/** Values that no field is meant to hold, and a few that few fields are. */
export const malformedValues: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e300, -1e-7, 2 ** 53, '', 'text', '12.50', '-0.1', '١٢', ' 1', '1e9'],
  ...[
    '9'.repeat(200),
    `-${'5'.repeat(49)}.${'5'.repeat(49)}`,
    `${'5'.repeat(50)}.${'5'.repeat(50)}`,
    'x'.repeat(3_000),
    '\u0000',
    '\ud800',
    [],
    [null],
    [[]],
    [1, 'a', {}],
    {},
    { id: 5 },
    { id: '' },
  ],
  ...[{ id: 'x_1', deleted: true }, { amount: 1.5 }, [{ amount: 0.1 }], [{ amount: 2 ** 53 }], { object: 'list' }],
  ...[{ object: 'list', data: 5 }, { object: 'list', data: [null, 5, 'x', {}], has_more: true }, { coupon: [] }],
  ...[
    1e12,
    253_402_300_800,
    -62_135_596_801,
    { constructor: 1 },
    { __proto__: null },
    { data: [{ price: { id: [] } }] },
  ],
]

/** The value, with malformed values in place of about every eighth value inside it. */
export function corrupt(value: unknown, random: ReturnType<typeof createRandom>): unknown {
  if (random.chance(0.12)) return random.pick(malformedValues)
  if (Array.isArray(value)) return value.map((element) => corrupt(element, random))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, corrupt(field, random)]))
}
