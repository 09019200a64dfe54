import type { Config } from '../config/load.ts'
import { environmentVariable } from '../config/load.ts'
import { exampleProvider, withExample } from '../local/custom.ts'
import { builtInProviders } from '../local/provider.ts'
import type { Provider } from '../provider/contract.ts'
import { openCustomProviders, openProviders } from '../providers/index.ts'
import { providerSettings } from '../worker.ts'
import { UsageError } from './options.ts'

/** The providers that a local run can sync. */
export interface LocalProviders {
  /** With the example among its custom providers. */
  readonly config: Config
  /** Those of `--provider all`: the built-in ones and the example. */
  readonly all: readonly string[]
  /** @throws UsageError that names the providers there are */
  find(name: string): Promise<Provider>
}

/** @throws SyncError `invalid_custom_provider` */
export async function openLocalProviders(configured: Config): Promise<LocalProviders> {
  const { custom = { manifests: [], modules: [] } } = providerSettings(configured)
  const names = (await openCustomProviders(custom)).map(({ name }) => name)
  const config = withExample(configured, names)
  const known = [...new Set([...builtInProviders, exampleProvider, ...names])]
  const find = await openProviders(providerSettings(config))
  return {
    config,
    // A custom provider of the configuration has a token of its own to be named.
    all: [...builtInProviders, ...(names.includes(exampleProvider) ? [] : [exampleProvider])],
    async find(name) {
      if (known.includes(name)) return await find(name)
      throw new UsageError(`--provider takes ${known.join(', ')} or all, not "${name}".`)
    },
  }
}

/** The token in the environment variable that `--token-env` names. @throws UsageError if the variable is not set */
export function tokenIn(variable: string | undefined): string | undefined {
  if (variable === undefined) return undefined
  const token = environmentVariable(variable)?.trim()
  if (token) return token
  throw new UsageError(`the environment variable ${variable} is not set.`)
}
