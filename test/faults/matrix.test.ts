import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Fault, matrix, type Row } from './matrix.ts'
import { scenarios } from './scenarios/index.ts'

const known = new Map(scenarios.map((one) => [one.name, one]))
const rows = Object.entries(matrix) as [Fault, Row][]

test('there are sixty-six faults', () => {
  const numbers = Array.from({ length: 66 }, (_, at) => `F${String(at + 1).padStart(2, '0')}`)
  expect(rows.map(([id]) => id)).toEqual(numbers)
})

describe.each(rows)('%s', (id, { scenarios: named = [], tests = [], not }) => {
  test('is made to happen, or a sentence says why not', () => {
    expect(named.length + tests.length > 0 || not !== undefined).toBe(true)
    if (not !== undefined) expect(not).toMatch(/^[a-z].{20,}\.$/)
  })

  test.each(named)('the scenario %s makes it happen', (name) => {
    const scenario = known.get(name)
    expect(scenario, `no scenario is called ${name}`).toBeDefined()
    expect(scenario?.faults).toContain(id)
    // Somebody runs it.
    expect(scenario && Object.values(scenario.rounds).some((rounds) => rounds > 0)).toBe(true)
  })

  test.each(tests)('%s', (place) => {
    const [path = '', ...title] = place.split(': ')
    const file = join('test', path)
    expect(existsSync(file), `there is no ${file}`).toBe(true)
    expect(titlesOf(file).filter((one) => one.includes(title.join(': ')))).not.toEqual([])
  })
})

test('what a scenario says it makes happen, a row says too', () => {
  const said = scenarios.flatMap(({ name, faults }) => faults.map((fault) => `${fault} ${name}`))
  const listed = rows.flatMap(([id, row]) => (row.scenarios ?? []).map((name) => `${id} ${name}`))
  expect(said.filter((one) => !listed.includes(one))).toEqual([])
})

/** What stands in quotes right after `test(`, `it(` or the parenthesis of their `each`. */
function titlesOf(file: string): string[] {
  const source = readFileSync(file, 'utf8')
  const titles = source.matchAll(/(?:\b(?:test|it)\(|\)\()\s*(?:'((?:[^'\\]|\\.)*)'|`([^`]*)`)/g)
  return [...titles].map(([, quoted, made]) => quoted?.replaceAll("\\'", "'") ?? made ?? '')
}
