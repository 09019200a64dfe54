import { isRefused } from '../errors.ts'
import type { Resource } from '../provider/contract.ts'
import { findList, type Source } from './source.ts'

/**
 * Resources with the parts that only the account knows. A resource whose parts the provider refuses to name is left without:
 * reading it then meets the refusal, and skips it alone.
 * @throws SyncError
 */
export async function withParts<Planned extends Pick<Resource, 'name' | 'parts'>>(
  resources: readonly Planned[],
  sources: readonly Source[],
  signal: AbortSignal,
): Promise<readonly Planned[]> {
  return await Promise.all(
    resources.map(async (resource) => {
      const partition = findList(sources, resource.name)?.partition
      if (!partition) return resource
      try {
        return { ...resource, parts: await partition.list(signal) }
      } catch (error) {
        if (isRefused(error, 'resource')) return resource
        throw error
      }
    }),
  )
}
