import type { Provider } from '../../provider/contract.ts'
import { type Kit, kit } from './kit.ts'
import type { CustomSettings } from './load.ts'

export type { CustomSettings } from './load.ts'

/** The default export of a module in `Providers.Modules`. */
export type CustomProviderModule = (kit: Kit) => Provider | Promise<Provider>

/** The user's own providers. Their code is loaded only if there are any. @throws SyncError `invalid_custom_provider` */
export async function openCustom(settings: CustomSettings): Promise<readonly Provider[]> {
  if (settings.manifests.length === 0 && settings.modules.length === 0) return []
  const { loadCustom } = await import('./load.ts')
  return await loadCustom(settings, kit)
}
