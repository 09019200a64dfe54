import { SyncError, windowTooLarge } from '../errors.ts'
import type { Source } from './source.ts'

/* What a refusal of a list becomes, if the list is not skipped. */

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
