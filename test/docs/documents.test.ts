import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { anchorsOf, codeOf, linksOf, sentencesOf, wordsOf } from './prose.ts'

/*
 * What holds for every document: links lead somewhere, and sentences can be read once.
 */

const longestSentence = 25
const readmeLines = 130

const documents = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(path))
const read = (path: string) => readFileSync(path, 'utf8')
/** Written by programs, whose own tests look at them. */
const generated = new Set(
  ['configuration', 'resources', 'errors', 'metrics', 'reliability'].map((name) => `docs/${name}.md`),
)
const written = documents.filter((path) => !path.startsWith('bench/') && !generated.has(path))

test('every relative link of a document leads to a file, and to a heading of it', () => {
  const links = documents.flatMap((path) => linksOf(path, read(path)))
  expect(links.length).toBeGreaterThan(100)
  const broken = links.filter(({ from, target }) => {
    const [file = '', anchor] = target.split('#')
    const path = file === '' ? from : join(dirname(from), file)
    if (!existsSync(path)) return true
    return anchor !== undefined && path.endsWith('.md') && !anchorsOf(read(path)).has(anchor)
  })
  expect(broken).toEqual([])
})

test(`README has at most ${readmeLines} lines`, () => {
  expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(readmeLines)
})

test(`no sentence that a person wrote has more than ${longestSentence} words, nor two colons or semicolons`, () => {
  const sentences = written.flatMap((path) => sentencesOf(read(path)).map((sentence) => ({ path, sentence })))
  expect(sentences.length).toBeGreaterThan(300)
  expect(sentences.filter(({ sentence }) => wordsOf(sentence) > longestSentence)).toEqual([])
  expect(sentences.filter(({ sentence }) => (sentence.match(/[:;](?=\s)/g) ?? []).length > 1)).toEqual([])
})

test('every path and every npm script that a document names is there', () => {
  const scripts = new Set(
    ['package.json', 'bench/package.json'].flatMap((path) => {
      const { scripts: known } = JSON.parse(read(path)) as { readonly scripts: Readonly<Record<string, string>> }
      return Object.keys(known)
    }),
  )
  const named = written.filter((path) => path !== 'CHANGELOG.md')
  const paths = named.flatMap((path) =>
    [...read(path).matchAll(/`((?:src|test|docs|infra|bench|scripts|examples|drizzle|\.ci)\/[\w./-]*)`/g)].map(
      ([, name = '']) => ({ path, name }),
    ),
  )
  expect(paths.length).toBeGreaterThan(50)
  expect(paths.filter(({ name }) => !existsSync(name))).toEqual([])
  const commands = named.flatMap((path) =>
    codeOf(read(path)).flatMap((code) =>
      [...code.matchAll(/\bnpm (?:run )?(?:-s )?([a-z]+(?:-[a-z]+)*)/g)].map(([, name = '']) => ({ path, name })),
    ),
  )
  const npmsOwn = new Set(['ci', 'run', 'install', 'audit'])
  expect(commands.filter(({ name }) => !scripts.has(name) && !npmsOwn.has(name))).toEqual([])
})

test('the architecture says of every room and file of src what is in it', () => {
  const page = read('docs/architecture.md')
  const entries = readdirSync('src', { withFileTypes: true })
  const rooms = entries.map((entry) => `\`src/${entry.name}${entry.isDirectory() ? '/' : ''}\``)
  expect(rooms.filter((room) => !page.includes(room))).toEqual([])
})

test('the rules see what they are for', () => {
  const long = `${'word '.repeat(26)}end.`
  expect(sentencesOf(`Short one. ${long}\n\n| a cell | ${long} |`).filter((text) => wordsOf(text) > 25)).toHaveLength(2)
  expect(linksOf('a.md', '[x](b.md#c) [y](https://d) `[z](e.md)`')).toEqual([{ from: 'a.md', target: 'b.md#c' }])
  expect(anchorsOf('# One `two`: three\n```\n# no\n```')).toEqual(new Set(['one-two-three']))
})
