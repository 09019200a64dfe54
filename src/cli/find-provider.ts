import type { Config } from '../config/load.ts'
import type { Provider } from '../provider/contract.ts'
import { openProviders } from '../providers/index.ts'
import { providerSettings } from '../worker.ts'
import { UsageError } from './options.ts'

/** The provider of that name, as the worker of this configuration has it. @throws UsageError for an unknown one */
export async function findProvider(name: string, config: Config): Promise<Provider> {
  const find = await openProviders(providerSettings(config))
  try {
    return await find(name)
  } catch (error) {
    throw new UsageError(error instanceof Error ? `${error.message}` : String(error))
  }
}
