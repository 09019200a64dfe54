import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { build } from '../../scripts/build.ts'

const roots: string[] = []
afterEach(async () => {
  await Promise.all(roots.splice(0).map((root) => rm(root, { recursive: true })))
})

/** The smallest tree that can be built, with these files in place of its own. */
async function setup(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'build-test-'))
  roots.push(root)
  await symlink(resolve('node_modules'), join(root, 'node_modules'))
  const tree = {
    'src/handler.ts': `export async function handler() { return (await import('./queue/sqs.ts')).send() }`,
    'src/tick.ts': `export async function handler() { return (await import('./queue/sqs.ts')).send() }`,
    'src/receiver.ts': `export async function handler() { return (await import('./queue/sqs.ts')).send() }`,
    'src/events.ts': `export async function handler() { return (await import('./queue/sqs.ts')).send() }`,
    'src/queue/sqs.ts': `export const send = () => 'sent'`,
    'src/container.ts': `import { Oops } from './errors.ts'\nexport const run = async () => (await import('./queue/postgres.ts')).open() instanceof Oops`,
    'src/queue/postgres.ts': `import { Oops } from '../errors.ts'\nexport const open = () => new Oops()`,
    'src/errors.ts': `export class Oops extends Error {}`,
    'src/telemetry/spans.ts': `export const openSpans = () => 'spans'`,
    'src/secrets/aws.ts': `export const fetch = () => 'secret'`,
    'src/kit.ts': `export type Kit = 'a kit'`,
    'test/contracts/testing.ts': `export type { Kit } from '../../src/kit.ts'\nexport const tested = 1`,
    'src/providers/custom/load.ts': `export const loadCustom = () => []`,
    'src/index.ts': `export * from './db/schema.ts'`,
    'src/db/schema.ts': `import { pgTable, text } from 'drizzle-orm/pg-core'\nexport const plans = pgTable('plans', { id: text('id').primaryKey() })`,
    ...files,
  }
  for (const [path, content] of Object.entries(tree)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  return root
}

test('builds the entries, what they load on demand and the tables, and says how large they are', async () => {
  const root = await setup()

  const built = await build('dist', root)

  expect(built.map(({ name }) => name).sort()).toEqual(
    [
      'handler',
      'tick',
      'events',
      'receiver',
      'container',
      'sqs',
      'postgres',
      'aws-secrets',
      'spans',
      'custom-providers',
    ]
      .flatMap((name) => [`${name}.cjs`, `${name}.cjs.map`])
      .concat(
        'index.js',
        'index.d.ts',
        'schema.js',
        'schema.d.ts',
        'kit.d.ts',
        'testing.js',
        'testing.d.ts',
        'sbom.cdx.json',
      )
      .sort(),
  )
  expect(built.every(({ bytes, gzip }) => bytes > 0 && gzip > 0)).toBe(true)
})

test('the handler loads the file on demand from beside it', async () => {
  const root = await setup()
  await build('dist', root)
  const require = createRequire(join(root, 'dist/'))

  const { handler } = require('./handler.cjs')

  expect(require.cache[join(root, 'dist/sqs.cjs')]).toBeUndefined()
  expect(await handler()).toBe('sent')
  expect(require.cache[join(root, 'dist/sqs.cjs')]).toBeDefined()
})

test('a transport has the classes of the container that loads it', async () => {
  const root = await setup()
  await build('dist', root)
  const require = createRequire(join(root, 'dist/'))

  const { run } = require('./container.cjs')

  expect(require.cache[join(root, 'dist/postgres.cjs')]).toBeUndefined()
  expect(await run()).toBe(true)
  expect(await readFile(join(root, 'dist/handler.cjs'), 'utf8')).not.toContain('postgres')
})

test('refuses a container that holds a transport', async () => {
  const root = await setup({ 'src/container.ts': `export { open } from './queue/postgres.ts'` })

  await expect(build('dist', root)).rejects.toThrow(
    'container.cjs holds src/queue/postgres.ts: load it with `await import()`',
  )
})

test('the bundle says where its source map is', async () => {
  const root = await setup()
  await build('dist', root)

  expect(await readFile(join(root, 'dist/handler.cjs'), 'utf8')).toMatch(/\/\/# sourceMappingURL=handler\.cjs\.map\n$/)
})

test('the tables can be used with the drizzle of whoever reads them', async () => {
  const root = await setup()
  await build('dist', root)

  expect(await readFile(join(root, 'dist/schema.js'), 'utf8')).toContain('from "drizzle-orm/pg-core"')
  expect(await readFile(join(root, 'dist/src/db/schema.d.ts'), 'utf8')).toContain('export declare const plans')
})

test('the bill of materials names what is in the bundle, with the file, and nothing else', async () => {
  const root = await setup({
    'src/handler.ts': `import { z } from 'zod/mini'\nexport const handler = async () => [z.string(), await import('./queue/sqs.ts')]`,
    'src/queue/sqs.ts': `export { default as split } from 'split2'`,
    'package-lock.json': JSON.stringify({ packages: { 'node_modules/zod': { integrity: 'sha512-AAEC' } } }),
  })
  await build('dist', root)

  const bill = JSON.parse(await readFile(join(root, 'dist/sbom.cdx.json'), 'utf8'))
  expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' })
  const { version } = JSON.parse(await readFile('node_modules/zod/package.json', 'utf8'))
  expect(bill.components).toEqual([
    expect.objectContaining({ name: 'split2', properties: [{ name: 'billing-sync-worker:file', value: 'sqs.cjs' }] }),
    {
      type: 'library',
      'bom-ref': `pkg:npm/zod@${version}`,
      name: 'zod',
      version,
      purl: `pkg:npm/zod@${version}`,
      licenses: [{ license: { id: 'MIT' } }],
      hashes: [{ alg: 'SHA-512', content: '000102' }],
      properties: [{ name: 'billing-sync-worker:file', value: 'handler.cjs' }],
    },
  ])
})

test.each([
  [
    'what only this machine uses',
    {
      'src/handler.ts': `export { start as handler } from './local/postgres.ts'`,
      'src/local/postgres.ts': `export const start = () => 1`,
    },
    'handler.cjs holds src/local/postgres.ts',
  ],
  [
    'a sandbox',
    {
      'src/handler.ts': `export { open as handler } from './sandbox/stripe/index.ts'`,
      'src/sandbox/stripe/index.ts': `export const open = () => 1`,
    },
    'handler.cjs holds src/sandbox/stripe/index.ts',
  ],
  [
    'a command',
    {
      'src/handler.ts': `export { table as handler } from './cli/table.ts'`,
      'src/cli/table.ts': `export const table = () => 1`,
    },
    'handler.cjs holds src/cli/table.ts',
  ],
  [
    'what is to be loaded on demand',
    { 'src/handler.ts': `export { send as handler } from './queue/sqs.ts'` },
    'handler.cjs holds src/queue/sqs.ts: load it with `await import()`',
  ],
  [
    'a module that the file on demand holds too',
    {
      'src/handler.ts': `import { Oops } from './errors.ts'\nexport const handler = async () => [Oops, await import('./queue/sqs.ts')]`,
      'src/queue/sqs.ts': `import { Oops } from '../errors.ts'\nexport const send = () => new Oops()`,
      'src/errors.ts': `export class Oops extends Error {}`,
    },
    'handler.cjs holds src/errors.ts: a file loaded on demand holds it too',
  ],
])('refuses a handler that holds %s', async (_, files, message) => {
  const root = await setup(files)

  await expect(build('dist', root)).rejects.toThrow(message)
})

test('copies the certificates of authorities, for the package', async () => {
  const root = await setup({ 'certificates/rds.pem': 'pem', 'certificates/server.key': 'never' })
  await build('dist', root)

  expect(await readdir(join(root, 'dist/certificates'))).toEqual(['rds.pem'])
})

test('copies the manifests of custom providers, and bundles their modules', async () => {
  const root = await setup({
    'own/acme.json': '{}',
    'own/other.ts': `import { join } from 'node:path'\nexport default (kit: object) => ({ kit, path: join('a', 'b') })`,
  })
  await build('dist', root, { manifests: ['own/acme.json'], modules: ['own/other.ts'] })

  expect(await readFile(join(root, 'dist/manifests/acme.json'), 'utf8')).toBe('{}')
  const { default: create } = createRequire(join(root, 'dist/'))('./modules/other.cjs')
  expect(create('the kit')).toEqual({ kit: 'the kit', path: join('a', 'b') })
})

test('refuses a module that holds what the worker holds, and two files of one name', async () => {
  const root = await setup({
    'own/acme.ts': `import { send } from '../src/queue/sqs.ts'\nexport default send`,
    'other/acme.js': `export default () => 1`,
  })
  const modules = (...paths: string[]) => build('dist', root, { manifests: [], modules: paths })

  await expect(modules('own/acme.ts')).rejects.toThrow(
    'a module holds src/queue/sqs.ts: import types of the worker only',
  )
  await expect(modules('own/acme.ts', 'other/acme.js')).rejects.toThrow(
    'two custom providers have files of the name acme',
  )
})
