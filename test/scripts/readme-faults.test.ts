import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withFaults } from '../../scripts/readme-faults.ts'
import { readResults } from '../faults/record.ts'
import { scenarios } from '../faults/scenarios/index.ts'

test('the README shows what full runs saw; `node --import tsx scripts/readme-faults.ts` writes it', () => {
  const readme = readFileSync('README.md', 'utf8')
  expect(readme).toBe(withFaults(readme, readResults()))
})

test('what is recorded is of scenarios there are, and nothing went wrong in it', () => {
  const results = readResults()
  const names = scenarios.map(({ name }) => name)
  expect(Object.keys(results).filter((name) => !names.includes(name))).toEqual([])
  expect(Object.entries(results).filter(([, { problems }]) => problems.length > 0)).toEqual([])
})

test('a README without the markers is refused, not overwritten', () => {
  expect(() => withFaults('# Title', {})).toThrow('README.md: has no')
})
