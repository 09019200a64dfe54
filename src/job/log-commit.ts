import type { Batch } from '../sync/read-page.ts'
import type { Session } from './session.ts'
import type { JobWatch } from './watch.ts'

interface Timed {
  readonly ms: number
  readonly watch: JobWatch | undefined
}

/** Logs what was committed of each resource, and each resource that was skipped. */
export function logCommit({ log, counts: { requests } }: Session, { pages }: Batch, { ms, watch }: Timed): void {
  watch?.batchCommitted(ms)
  const perResource = new Map<string, number>()
  for (const { source, rows } of pages) perResource.set(source.name, (perResource.get(source.name) ?? 0) + rows.length)
  for (const [resource, fetched] of perResource)
    log.info('committed', {
      event: 'batch_committed',
      resource,
      fetched,
      pages: pages.length,
      requests,
      ms: Math.round(ms),
    })
  for (const { source, skip } of pages)
    if (skip)
      log.warn('resource skipped', {
        event: 'resource_skipped',
        resource: source.name,
        code: skip.code,
        reason: skip.message,
      })
}
