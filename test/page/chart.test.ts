import { expect, test } from 'vitest'
import { type Chart, chart } from '../../src/page/chart.ts'

const base: Chart = {
  label: 'MRR by month',
  months: ['2026-01', '2026-02', '2026-03'],
  bars: [],
  line: null,
  format: (value) => `${value} EUR`,
  axis: String,
}

const rectangles = ({ markup }: { markup: string }) =>
  [
    ...markup.matchAll(
      /<rect class="(\w+)" x="([\d.]+)" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"><title>([^<]+)/g,
    ),
  ].map(([, kind, x, y, height, title]) => ({ kind, x: Number(x), y: Number(y), height: Number(height), title }))

/** Where the line of a value beside the axis is. */
const heightOf = ({ markup }: { markup: string }, tick: string) =>
  Number(new RegExp(`y2="([\\d.]+)"/><text class="value" x="92" y="[\\d.]+">${tick}<`).exec(markup)?.[1])

test('bars of a month stand on each other, gains above zero and losses below it', () => {
  const drawn = chart({
    ...base,
    bars: [
      { name: 'new', kind: 'new', values: [100, 0, 50] },
      { name: 'expansion', kind: 'expansion', values: [50, null, 0] },
      { name: 'contraction', kind: 'contraction', values: [-20, 0, 0] },
      { name: 'churn', kind: 'churn', values: [-50, 0, 0] },
    ],
  })
  const [zero, hundred] = [heightOf(drawn, '0'), heightOf(drawn, '100')]
  const unit = (zero - hundred) / 100
  const [gained, expanded, contracted, churned, later, ...none] = rectangles(drawn)
  expect(none).toEqual([])
  expect(gained).toMatchObject({ kind: 'new', title: '2026-01 new: 100 EUR' })
  expect(gained?.y).toBeCloseTo(hundred, 0)
  expect(expanded?.y).toBeCloseTo(hundred - 50 * unit, 0)
  expect(expanded?.height).toBeCloseTo(50 * unit, 0)
  expect(contracted).toMatchObject({ kind: 'contraction', y: zero, x: gained?.x })
  expect(contracted?.height).toBeCloseTo(20 * unit, 0)
  expect(churned).toMatchObject({ kind: 'churn', x: gained?.x, title: '2026-01 churn: -50 EUR' })
  expect(churned?.y).toBeCloseTo(zero + 20 * unit, 0)
  expect(churned?.height).toBeCloseTo(50 * unit, 0)
  expect(later?.x).toBeGreaterThan(gained?.x ?? 0)
})

test('the line of a series has a gap where a month has no value', () => {
  const drawn = chart({ ...base, line: { name: 'closing', kind: 'closing', values: [10, null, 20] } })
  const path = /<path class="closing" d="([^"]+)"/.exec(drawn.markup)?.[1] ?? ''
  expect(path.match(/M/g)).toHaveLength(2)
  expect(path).not.toContain('L')
  expect(drawn.markup.match(/<circle/g)).toHaveLength(2)
  const whole = chart({ ...base, line: { name: 'closing', kind: 'closing', values: [10, 15, 20] } })
  expect(/d="(M[\d. ]+)(L[\d. ]+){2}"/.test(whole.markup)).toBe(true)
})

test.each([
  [
    [0, 0, 0],
    ['0', '1'],
  ],
  [
    [1, 2, 3],
    ['0', '1', '2', '3'],
  ],
  [
    [-10, 0, 0],
    ['-10', '-5', '0'],
  ],
  [
    [90_000, 0, 0],
    ['0', '50000', '100000'],
  ],
  [
    [-30, 70, 0],
    ['-50', '0', '50', '100'],
  ],
])('the axis of %j has the round values %j', (values, ticks) => {
  const { markup } = chart({ ...base, line: { name: 'closing', kind: 'closing', values } })
  expect([...markup.matchAll(/class="value"[^>]*>([^<]+)/g)].map(([, text]) => text)).toEqual(ticks)
})

test('the picture says what it shows, has no style of its own, and its texts are escaped', () => {
  const { markup } = chart({
    ...base,
    label: '"><script>',
    bars: [
      { name: '<b>', kind: 'new', values: [1, 1, 1] },
      { name: 'churn', kind: 'churn', values: [-1, -1, -1] },
    ],
  })
  expect(markup).toContain('role="img" aria-label="&quot;&gt;&lt;script&gt;"')
  expect(markup).not.toMatch(/style|<script|<b>|NaN|undefined/)
  expect([...markup.matchAll(/<li>.*?<\/svg> ([^<]+)<\/li>/g)].map(([, name]) => name)).toEqual(['&lt;b&gt;', 'churn'])
})

test.each([1, 12, 24, 36, 120])('with %i months nothing leaves the picture and few months are named', (length) => {
  const months = Array.from({ length }, (_, at) => `2026-${at}`)
  const drawn = chart({ ...base, months, bars: [{ name: 'new', kind: 'new', values: months.map(() => 7) }] })
  for (const { x, y, height } of rectangles(drawn)) {
    expect(x).toBeGreaterThanOrEqual(100)
    expect(x).toBeLessThan(640)
    expect(y + height).toBeLessThanOrEqual(280)
  }
  const named = [...drawn.markup.matchAll(/class="month( minor)?"[^>]*>([^<]+)/g)]
  expect(named.length).toBeLessThanOrEqual(10)
  expect(named.filter(([, minor]) => !minor).length).toBeLessThanOrEqual(4)
  expect(named.at(-1)?.[2]).toBe(months.at(-1))
})
