import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { integrationTests } from './disturbed-suite.ts'
import { spared, sparedIn } from './exemptions.ts'

const named = spared.flatMap(({ tests }) => tests)

test.each(named)('what is spared is there, and part of the suite: %s', (one) => {
  const [path = '', ...title] = one.split(': ')
  const file = join('test', path)
  expect(existsSync(file)).toBe(true)
  expect(integrationTests()).toContain(file)
  expect(readFileSync(file, 'utf8')).toContain(title.join(': '))
})

test.each(spared)('what is spared is so for a reason: $tests', ({ ways, why }) => {
  expect(ways.length).toBeGreaterThan(0)
  expect(why).toMatch(/^[A-Z].{40,}\.$/)
})

test('only what is named is spared', () => {
  expect(sparedIn('integration/continuation.test.ts', 'a job that spans many invocations')).toEqual([])
  expect(sparedIn('faults/delivery.test.ts', 'x > a job is tried as often as MaxRetries says, always')).toEqual([
    'queue',
    'provider',
  ])
})
