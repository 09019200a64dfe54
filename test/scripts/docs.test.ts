import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { reliability } from '../../scripts/docs/reliability.ts'
import { outdated } from '../../scripts/docs.ts'
import { errorCodes } from '../../src/error-codes.ts'
import { readResults } from '../faults/record.ts'
import { scenarios } from '../faults/scenarios/index.ts'

test('the generated documents are as the code writes them; `npm run docs` brings them up to date', () => {
  expect([...outdated().keys()]).toEqual([])
})

test('what is recorded is of scenarios there are, and nothing went wrong in it', () => {
  const results = readResults()
  const names = scenarios.map(({ name }) => name)
  expect(Object.keys(results).filter((name) => !names.includes(name))).toEqual([])
  expect(Object.entries(results).filter(([, { problems }]) => problems.length > 0)).toEqual([])
})

test('a scenario that saw problems says so in its row', () => {
  const [[name, result] = ['', undefined]] = Object.entries(readResults())
  if (!result) throw new Error('nothing is recorded')
  expect(reliability({ [name]: { ...result, problems: ['a row is lost'] } })).toContain('**1 problems**')
})

test('every link to an error code leads to one', () => {
  const pages = readdirSync('docs').filter((name) => name.endsWith('.md'))
  const texts = pages.map((name) => readFileSync(`docs/${name}`, 'utf8'))
  const codes = texts.flatMap((text) => [...text.matchAll(/errors\.md#([a-z_]+)/g)].map(([, code = '']) => code))
  expect(codes.length).toBeGreaterThan(5)
  expect(codes.filter((code) => !(code in errorCodes))).toEqual([])
})
