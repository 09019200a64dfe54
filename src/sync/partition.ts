import type { Resource } from '../provider/contract.ts'
import { findList, type Source } from './source.ts'

/** Resources with the parts that only the account knows. @throws SyncError */
export async function withParts<Planned extends Pick<Resource, 'name' | 'parts'>>(
  resources: readonly Planned[],
  sources: readonly Source[],
  signal: AbortSignal,
): Promise<readonly Planned[]> {
  return await Promise.all(
    resources.map(async (resource) => {
      const partition = findList(sources, resource.name)?.partition
      return partition ? { ...resource, parts: await partition.list(signal) } : resource
    }),
  )
}
