import { isRefused, SyncError, windowTooLarge } from '../errors.ts'
import type { Source } from './source.ts'

/* What a refusal of a list becomes, if the list is not skipped. */

/** Whether a source is refused before any page of it was read. `begun`: the resources of which pages were. */
export function isSkippable(error: unknown, { name }: Source, begun: ReadonlySet<string>): error is SyncError {
  return isRefused(error, 'resource') && error.scope !== 'page' && !begun.has(name)
}

export function tooManyInASecond({ name }: Source, cause: SyncError): SyncError {
  const message = `${name}: one second has more items than the provider gives. Leave it out of additionalData.resources.`
  return new SyncError('reject', windowTooLarge, message, { cause, scope: 'page' })
}

/** A resource that has been read in part is not skipped: the job would end with some of its rows. */
export function refusedLater(error: SyncError): SyncError {
  const { code, message, scope } = error
  if (code === windowTooLarge) return error
  return new SyncError('retry', code, message, { cause: error, ...(scope && { scope }) })
}
