import { expect, it } from 'vitest'
import { type Tree, violations } from './architecture-rules.ts'

/* How the rules read the sources: names, scans of JSON, circles, and imports in any form. */

const from = (specifier: string) => `import { x } from '${specifier}'\n`
const typeFrom = (specifier: string) => `import type { X } from '${specifier}'\n`

it.each(['utils', 'util', 'helpers', 'lib', 'common', 'types', 'interfaces', 'main'])(
  'the architecture forbids the name %s',
  (name) => {
    expect(violations({ [`sync/${name}.ts`]: '' })).toHaveLength(1)
  },
)

it.each([
  ['signs', 'const quote = 0x22'],
  ['texts', 'const text = /"(?:[^"\\\\]|\\\\.)*"/g'],
])('the architecture forbids JSON to be scanned by its %s outside of json/', (_, source) => {
  expect(violations({ 'job/request.ts': source })).toEqual([
    'job/request.ts: scans JSON by hand, which only json/ does',
  ])
  expect(violations({ 'json/unparsed.ts': source })).toEqual([])
})

const circles: Record<string, readonly [tree: Tree, circle: string]> = {
  'two files': [{ 'job/a.ts': from('./b.ts'), 'job/b.ts': from('./a.ts') }, 'job/a.ts → job/b.ts → job/a.ts'],
  'a file with itself': [{ 'job/a.ts': from('./a.ts') }, 'job/a.ts → job/a.ts'],
  'three, entered from beside': [
    {
      'job/0.ts': from('./c.ts'),
      'job/a.ts': from('./b.ts'),
      'job/b.ts': from('./c.ts'),
      'job/c.ts': from('./a.ts'),
    },
    'job/a.ts → job/b.ts → job/c.ts → job/a.ts',
  ],
  'what is loaded on demand': [
    { 'job/a.ts': `const b = () => import('./b.ts')`, 'job/b.ts': from('./a.ts') },
    'job/a.ts → job/b.ts → job/a.ts',
  ],
  'types within a folder of the sandbox': [
    { 'sandbox/stripe/a.ts': from('./b.ts'), 'sandbox/stripe/b.ts': typeFrom('./a.ts') },
    'sandbox/stripe/a.ts → sandbox/stripe/b.ts → sandbox/stripe/a.ts',
  ],
  'types within a folder': [
    { 'job/a.ts': from('./b.ts'), 'job/b.ts': typeFrom('./a.ts') },
    'job/a.ts → job/b.ts → job/a.ts',
  ],
  'types across folders': [
    { 'local/a.ts': typeFrom('./x/b.ts'), 'local/x/b.ts': typeFrom('../a.ts') },
    'local/a.ts → local/x/b.ts → local/a.ts',
  ],
}
it.each(Object.entries(circles))('circles: %s', (_, [files, circle]) => {
  expect(violations(files)).toEqual([`circle: ${circle}`])
})

const statements: Record<string, readonly [source: string, kind: '' | 'types of ']> = {
  'a default': [`import x from '../config.ts'`, ''],
  'a namespace': [`import * as x from "../config.ts"`, ''],
  'for its effect': [`import '../config.ts'`, ''],
  'over several lines': [`import {\n  a,\n  type B,\n} from '../config.ts'`, ''],
  'on demand': [`const x = await import('../config.ts')`, ''],
  'by exporting it': [`export { x } from '../config.ts'`, ''],
  'by exporting all of it': [`export * from '../config.ts'`, ''],
  'a value named type': [`import type from '../config.ts'`, ''],
  'a type': [`import type { X } from '../config.ts'`, 'types of '],
  'types only, one by one': [`import { type X, type Y } from '../config.ts'`, 'types of '],
  'a type by exporting it': [`export type { X } from '../config.ts'`, 'types of '],
  'the type of it': [`type X = typeof import('../config.ts')`, 'types of '],
  'behind another on its line': [`const a = 1; import { x } from '../config.ts'`, ''],
}
it.each(Object.entries(statements))('an import in any form: %s', (_, [source, kind]) => {
  expect(violations({ 'sync/a.ts': source })).toEqual([`sync/a.ts imports ${kind}config.ts`])
})

it('nothing that only a comment or a text names', () => {
  const source = `// import { x } from '../config.ts' and process.env and console.log(1)
    /** import('../config.ts') */
    const at = 'see console for import from' // process.env`
  expect(violations({ 'sync/a.ts': source })).toEqual([])
})
