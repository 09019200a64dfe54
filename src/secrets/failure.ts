import { SyncError } from '../errors.ts'

/** What a store answers when asking again makes no difference, by the names of its errors. */
const denied = new Set([
  'AccessDeniedException',
  'AccessDenied',
  'UnauthorizedOperation',
  'OptInRequired',
  // Of the key the secret is encrypted with.
  'KMSAccessDeniedException',
])
const missing = new Set(['ResourceNotFoundException', 'ParameterNotFound', 'ParameterVersionNotFound'])
const unusable = new Set([
  // Marked for deletion, or without a current version.
  'InvalidRequestException',
  'InvalidParameterException',
  'ValidationException',
  'InvalidKeyId',
  'DecryptionFailure',
])

/** Reads the store's errors by name. Their messages are not passed on: they name roles and accounts. */
export function secretFailure(error: unknown, shown: string): SyncError {
  if (error instanceof SyncError) return error
  const name = error instanceof Error ? error.name : 'unknown'
  if (denied.has(name))
    return new SyncError(
      'reject',
      'secret_denied',
      `secret: the worker may not read ${shown} (${name}); allow its role to, and the key it is encrypted with`,
    )
  if (missing.has(name)) return new SyncError('reject', 'secret_not_found', `secret: there is no ${shown} (${name})`)
  if (unusable.has(name))
    return new SyncError('reject', 'secret_unusable', `secret: ${shown} cannot be read as it is (${name})`)
  return new SyncError('retry', 'secret_unavailable', `secret: ${shown} cannot be read now (${name})`)
}
