import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { matrix } from './matrix.ts'
import type { Fault, Row } from './matrix-row.ts'
import { scenarios } from './scenarios/index.ts'

const rows = Object.entries(matrix) as [Fault, Row][]
const scenariosOf = (fault: string) => scenarios.filter(({ faults }) => faults.includes(fault)).map(({ name }) => name)

test('each of the sixty-six faults has a scenario, a test file that exists, or a reason why not', () => {
  expect(rows).toHaveLength(66)
  for (const [fault, { scenarios: named = [], tests = [], not }] of rows) {
    expect([fault, named.length + tests.length > 0 || not !== undefined]).toEqual([fault, true])
    expect([fault, tests.filter((file) => !existsSync(join('test', file)))]).toEqual([fault, []])
    if (not !== undefined) expect([fault, not]).toEqual([fault, expect.stringMatching(/^[a-z].{20,}\.$/)])
  }
})

test('the matrix and the scenarios name the same faults, and each scenario runs in some share', () => {
  for (const [fault, { scenarios: named = [] }] of rows)
    expect([fault, named.toSorted()]).toEqual([fault, scenariosOf(fault).toSorted()])
  expect(scenarios.filter(({ rounds }) => Math.max(...Object.values(rounds)) === 0)).toEqual([])
})
