import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Metafile } from 'esbuild'
import * as z from 'zod'

/*
 * What is in the bundle, as a CycloneDX bill of materials: the packages of which esbuild says that bytes of theirs are in
 * a file that is deployed, and no others. The same source gives the same bill, to the byte.
 */

const manifest = z.object({ name: z.string(), version: z.string(), license: z.string().optional() })
const lockfile = z.object({ packages: z.record(z.string(), z.object({ integrity: z.string().optional() })) })

/** The bill of these builds of `root`, as JSON. */
export async function billOfMaterials(root: string, metafiles: readonly Metafile[]): Promise<string> {
  const lock = await readLock(root)
  const worker = await readManifest(root).catch(() => ({ name: 'billing-sync-worker', version: '0.0.0' }))
  const components = await Promise.all(
    [...packagesIn(metafiles)].map(([folder, files]) => component(resolve(root, folder), files, lock)),
  )
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.5.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': worker.name, name: worker.name, version: worker.version },
    },
    components: components.toSorted((left, right) => (left.purl < right.purl ? -1 : 1)),
  }
  return `${JSON.stringify(bill, null, 2)}\n`
}

/** Folders of packages with the deployed files that hold bytes of them. */
function packagesIn(metafiles: readonly Metafile[]): ReadonlyMap<string, ReadonlySet<string>> {
  const packages = new Map<string, Set<string>>()
  for (const [output, { inputs }] of metafiles.flatMap(({ outputs }) => Object.entries(outputs)))
    for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
      const [folder] = /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(input) ?? []
      if (!folder || bytesInOutput === 0) continue
      const name = output.replace(/^.*\//, '')
      packages.set(folder, (packages.get(folder) ?? new Set()).add(name))
    }
  return packages
}

async function component(folder: string, files: ReadonlySet<string>, lock: ReadonlyMap<string, string>) {
  const { name, version, license } = await readManifest(folder)
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  const integrity = lock.get(folder.slice(folder.indexOf('node_modules/')))
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...(license && { licenses: [/[ (]/.test(license) ? { expression: license } : { license: { id: license } }] }),
    ...(integrity && { hashes: [hash(integrity)] }),
    properties: [...files].toSorted().map((value) => ({ name: 'billing-sync-worker:file', value })),
  }
}

/** The hash of the package as npm took it from the registry; the lockfile has it in base64. */
function hash(integrity: string) {
  const [algorithm = '', content = ''] = integrity.split('-', 2)
  return { alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(content, 'base64').toString('hex') }
}

async function readManifest(folder: string) {
  return manifest.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))
}

/** Hashes by the folders of packages; none where there is no lockfile. */
async function readLock(root: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(join(root, 'package-lock.json'), 'utf8').catch(() => '{"packages":{}}')
  const { packages } = lockfile.parse(JSON.parse(text))
  return new Map(Object.entries(packages).flatMap(([path, { integrity }]) => (integrity ? [[path, integrity]] : [])))
}
