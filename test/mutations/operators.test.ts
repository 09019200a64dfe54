import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { notRun, run } from './files.ts'
import { type Mutation, mutate } from './mutation.ts'
import { named } from './named.ts'
import { mutationsOf } from './operators.ts'
import { rooms, suiteOf } from './suites.ts'
import { survivors } from './survivors.ts'

const source = `import { a } from 'a === b'
/** left < right */
interface Shape {
  readonly size: number
}
const find = (db) => sql\`select 1 where a <= b and c is null\`
export async function run(left, right) {
  await begin()
  if (!left && right > 1) throw new Error('x < y')
  return true
}
`

test('operators change code and SQL, never comments, texts or types', () => {
  const changed = mutationsOf('src/x.ts', source).map((mutation) => {
    const lines = source.split('\n')
    const [line] = mutate(source, mutation)
      .split('\n')
      .filter((text, at) => text !== lines[at])
    return line?.trim()
  })
  expect(changed).toEqual([
    'const find = (db) => sql`select 1 where a < b and c is null`',
    'const find = (db) => sql`select 1 where a <= b or c is null`',
    'const find = (db) => sql`select 1 where a <= b and c is not null`',
    'void begin()',
    "if (left && right > 1) throw new Error('x < y')",
    "if (!left || right > 1) throw new Error('x < y')",
    "if (!left && right >= 1) throw new Error('x < y')",
    "if (!left && right > 1) void new Error('x < y')",
    'return false',
  ])
})

test('mutations of one file have names of their own', () => {
  const names = mutationsOf('src/x.ts', 'a === b\na === b\n').map(({ name }) => name)
  expect(names).toEqual(['src/x.ts | a === b | === → !==', 'src/x.ts | a === b | === → !== | 2'])
})

test('the brackets of a type with names are no comparison', () => {
  expect(mutationsOf('src/x.ts', "  filter: Pick<Filter, 'days' | 'field'> | undefined,\n")).toEqual([])
})

test('each named mutation has its place in the sources, and tests that are to notice it', () => {
  for (const mutation of named) {
    const text = readFileSync(mutation.file, 'utf8')
    expect(mutate(text, mutation)).not.toBe(text)
    expect(suiteOf(mutation.file)).not.toEqual([])
  }
})

test('each survivor that is explained is a mutation of the sources as they are', () => {
  const isMutation = (name: string) => {
    const [file = ''] = name.split(' | ')
    return mutationsOf(file, readFileSync(file, 'utf8')).some((mutation) => mutation.name === name)
  }
  expect(Object.keys(survivors).filter((name) => !isMutation(name))).toEqual([])
})

test('of each file with mutations it is said whether they were run', () => {
  const withMutations = rooms.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' })
      .map((path) => join(room, path))
      .filter((path) => path.endsWith('.ts') && mutationsOf(path, readFileSync(path, 'utf8')).length > 0),
  )
  const named = [run, notRun].flatMap((folders) =>
    Object.entries(folders).flatMap(([folder, names]) => names.map((name) => `${folder}/${name}.ts`)),
  )
  expect(named.toSorted()).toEqual(withMutations.toSorted())
})

test('a place that is not there, or there twice, is named', () => {
  const mutation: Mutation = { name: 'n', file: 'src/x.ts', from: 'a', to: 'b' }
  expect(() => mutate('c', mutation)).toThrow('src/x.ts has no "a" (n). Change the list in test/mutations.')
  expect(() => mutate('a a', mutation)).toThrow('src/x.ts has "a" more than once (n). Take more of the line.')
})
