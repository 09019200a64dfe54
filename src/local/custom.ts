import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '../config/load.ts'
import { chargebeeToken, openChargebee } from '../sandbox/custom/chargebee.ts'

/** The example of a custom provider, whatever directory a command runs in. It is read, and no code of it is imported. */
const manifestFile = join(import.meta.dirname, '../../examples/custom-providers/chargebee.json')

/** The name of the example. */
export const exampleProvider = 'chargebee'

/** The configuration with the example among the custom providers, unless one of them has its name. */
export function withExample(config: Config, customNames: readonly string[]): Config {
  if (customNames.includes(exampleProvider)) return config
  const { Providers } = config
  return { ...config, Providers: { ...Providers, Manifests: [...Providers.Manifests, manifestFile] } }
}

/** Whether the example is among the custom providers. */
export const hasExample = ({ Providers }: Config): boolean => Providers.Manifests.includes(manifestFile)

/** The contacts of each customer are a request, so that the server holds fewer customers than the other sandboxes. */
const customersAtMost = 5_000

interface ExampleSize {
  readonly customers: number
  readonly latency: number
  readonly populatedUntil: number
}

/** The example on its own small server: a copy of the manifest with the server's address and no limit of Chargebee's. */
export async function openExample({ Providers }: Config, { customers: wanted, latency, populatedUntil }: ExampleSize) {
  const customers = Math.min(Math.ceil(wanted / 10), customersAtMost)
  const sandbox = await openChargebee({ customers, latencyMs: latency, now: 'running', populatedUntil })
  const directory = await mkdtemp(join(tmpdir(), 'billing-sync-example-'))
  const copy = join(directory, 'chargebee.json')
  const manifest: unknown = JSON.parse(await readFile(manifestFile, 'utf8'))
  const limits = { requestsPerSecond: 100, concurrency: 8 }
  await writeFile(copy, JSON.stringify(Object.assign({}, manifest, { baseUrl: `${sandbox.url}/api/v2`, limits })))
  const Manifests = [...Providers.Manifests.filter((path) => path !== manifestFile), copy]
  return {
    settings: { Providers: { ...Providers, Manifests } },
    accessToken: chargebeeToken,
    described: `custom, by the manifest of examples/custom-providers, on a small server at ${sandbox.url}, ${customers.toLocaleString('en')} customers, ${latency} ms an answer`,
    async close() {
      await sandbox.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
