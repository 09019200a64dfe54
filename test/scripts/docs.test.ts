import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { reliability } from '../../scripts/docs/reliability.ts'
import { outdated, problems } from '../../scripts/docs.ts'
import { readResults } from '../faults/record.ts'
import { scenarios } from '../faults/scenarios/index.ts'
import { transportScenarios } from '../faults/transports/index.ts'

test('the generated documents are as the code writes them; `npm run docs` brings them up to date', () => {
  expect([...outdated().keys()]).toEqual([])
})

test('every figure that a document quotes is in its source', () => {
  expect(problems()).toEqual([])
})

test('what is recorded is of scenarios there are, and nothing went wrong in it', () => {
  const results = readResults()
  const names = [...scenarios, ...transportScenarios].map(({ name }) => name)
  // A scenario on another provider than Stripe is recorded as "drift on square", one on a transport as "term on redis".
  expect(Object.keys(results).filter((name) => !names.includes(name.split(' on ')[0] ?? ''))).toEqual([])
  expect(Object.entries(results).filter(([, { problems }]) => problems.length > 0)).toEqual([])
})

test('a scenario that saw problems says so in its row', () => {
  const [[name, result] = ['', undefined]] = Object.entries(readResults())
  if (!result) throw new Error('nothing is recorded')
  expect(reliability({ [name]: { ...result, problems: ['a row is lost'] } })).toContain('**1 problems**')
})

test('every link to a section of a generated page leads to one', () => {
  const pages = readdirSync('docs').filter((name) => name.endsWith('.md'))
  const texts = new Map(
    [...pages.map((name) => `docs/${name}`), 'README.md'].map((path) => [path, readFileSync(path, 'utf8')]),
  )
  const anchors = ['configuration', 'errors', 'metrics', 'reliability', 'resources'].flatMap((page) =>
    [...(texts.get(`docs/${page}.md`) ?? '').matchAll(/^#+ (.*)$/gm)].map(
      ([, heading = '']) =>
        `${page}.md#${heading
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-')}`,
    ),
  )
  const links = [...texts.values()].flatMap((text) =>
    [...text.matchAll(/\]\((?:docs\/)?((?:configuration|errors|metrics|reliability|resources)\.md#[^)]+)\)/g)].map(
      ([, link = '']) => link,
    ),
  )
  expect(links.length).toBeGreaterThan(10)
  expect(links.filter((link) => !anchors.includes(link))).toEqual([])
})
