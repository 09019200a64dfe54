import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build } from '../../scripts/build.ts'
import { kit } from '../../src/providers/custom/kit.ts'
import type { loadCustom } from '../../src/providers/custom/load.ts'

const run = promisify(execFile)

/** The package as it is installed: its manifest, what is built, and what it depends on. */
let root: string
let out: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'custom-build-'))
  out = join(root, 'dist')
  await copyFile('package.json', join(root, 'package.json'))
  await symlink(resolve('node_modules'), join(root, 'node_modules'))
  await build(out, process.cwd(), {
    manifests: ['examples/custom-providers/chargebee.json'],
    modules: ['examples/custom-providers/recurly.ts'],
  })
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('the built worker', () => {
  it('has custom providers in files of their own, which the handler loads on demand', async () => {
    const handler = await readFile(join(out, 'handler.cjs'), 'utf8')
    expect(handler).toContain('./custom-providers.cjs')
    expect(handler).not.toContain('JSON pointer')
  })

  it('finds manifests and modules beside it, where the paths of the settings lead to no file', async () => {
    const require = createRequire(join(out, 'handler.cjs'))
    const { loadCustom: load } = require('./custom-providers.cjs') as { loadCustom: typeof loadCustom }
    const providers = await load({ manifests: ['elsewhere/chargebee.json'], modules: ['elsewhere/recurly.ts'] }, kit)
    expect(providers.map(({ name }) => name)).toEqual(['chargebee', 'recurly'])
    await expect(load({ manifests: ['other.json'], modules: [] }, kit)).rejects.toBeInstanceOf(kit.SyncError)
  })

  it('declares the kit and the tests for authors', async () => {
    const { exports } = JSON.parse(await readFile('package.json', 'utf8')) as {
      exports: Record<string, Record<string, string>>
    }
    for (const name of ['./kit', './testing'])
      for (const path of Object.values(exports[name] ?? {}))
        expect(await readFile(resolve(out, path.replace('./dist/', '')), 'utf8')).not.toBe('')
    expect(await readFile(join(out, 'src/kit.d.ts'), 'utf8')).toContain('Kit')
    expect(await readFile(join(out, 'testing.js'), 'utf8')).toMatch(/export \{[^}]*\bexerciseProvider\b[^}]*\bkit\b/)
  })

  it('declares both so that a provider and its tests fit together in a project of their own', async () => {
    const project = join(root, 'project')
    await mkdir(join(project, 'node_modules'), { recursive: true })
    await symlink(root, join(project, 'node_modules/billing-sync-worker'))
    const example = await readFile('examples/custom-providers/recurly.ts', 'utf8')
    await writeFile(join(project, 'recurly.ts'), example.replace('../../src/kit.ts', 'billing-sync-worker/kit'))
    await writeFile(join(project, 'recurly.test.ts'), testOfAnAuthor)
    await writeFile(join(project, 'package.json'), '{ "type": "module" }')
    const options = '--ignoreConfig --noEmit --strict --skipLibCheck --module nodenext --target es2023 --types node'
    const tsc = [resolve('node_modules/typescript/bin/tsc'), 'recurly.test.ts', ...options.split(' ')]
    const { stdout } = await run(process.execPath, [...tsc, '--allowImportingTsExtensions'], { cwd: project }).catch(
      (error: { stdout: string }) => error,
    )
    expect(stdout).toBe('')
  })
})

const testOfAnAuthor = `
import { exerciseProvider, kit, manifestProvider, type ProviderFixture } from 'billing-sync-worker/testing'
import recurly from './recurly.ts'
declare const server: Omit<ProviderFixture, 'provider'>
exerciseProvider({ name: 'recurly', open: async () => ({ ...server, provider: recurly(kit) }) })
exerciseProvider({ name: 'acme', open: async () => ({ ...server, provider: manifestProvider('acme.json', { baseUrl: '' }) }) })
// @ts-expect-error A column that is missing is seen here too.
kit.mapping.mapping<typeof kit.tables.customers>({ email: kit.fields.text })
`
