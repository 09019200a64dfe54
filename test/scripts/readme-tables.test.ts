import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withTables } from '../../scripts/readme-tables.ts'

test('the README lists the resources and columns there are; `node --import tsx scripts/readme-tables.ts` writes them', () => {
  const readme = readFileSync('README.md', 'utf8')
  expect(readme).toBe(withTables(readme))
})

test('a README without the markers is refused, not overwritten', () => {
  expect(() => withTables('# Title')).toThrow('README.md: has no')
})
