import type { Config } from '../config/load.ts'
import { resourceOrder } from '../provider/resource-order.ts'
import { openProviders } from '../providers/index.ts'
import { providerSettings } from '../worker.ts'

/** The names of a provider's resources in its order; none if this configuration does not have the provider. */
export async function providerOrder(config: Config, provider: string): Promise<readonly string[]> {
  try {
    const find = await openProviders(providerSettings(config))
    return resourceOrder(await find(provider))
  } catch {
    // A job is shown whatever has become of its provider.
    return []
  }
}
