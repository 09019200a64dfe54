import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build } from '../../scripts/build.ts'
import { kit } from '../../src/providers/custom/kit.ts'
import type { loadCustom } from '../../src/providers/custom/load.ts'

let out: string
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'custom-build-'))
  await build(out, process.cwd(), {
    manifests: ['examples/custom-providers/chargebee.json'],
    modules: ['examples/custom-providers/recurly.ts'],
  })
})
afterAll(() => rm(out, { recursive: true, force: true }))

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
    expect(await readFile(join(out, 'kit.d.ts'), 'utf8')).toContain('Kit')
    expect(await readFile(join(out, 'testing.js'), 'utf8')).toMatch(/export \{[^}]*\bexerciseProvider\b[^}]*\bkit\b/)
  })
})
