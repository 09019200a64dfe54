import { SyncError } from '../errors.ts'

/** Errors of the stores that another try does not mend, by name. */
const denied = new Set([
  'AccessDeniedException',
  'AccessDenied',
  'UnauthorizedOperation',
  'OptInRequired',
  // For the key that encrypts the secret.
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

/** The error of a store, decided by its name. Its message is not passed on: it names roles and accounts. */
export function secretFailure(error: unknown, shown: string): SyncError {
  if (error instanceof SyncError) return error
  const name = error instanceof Error ? error.name : 'unknown'
  if (denied.has(name))
    return new SyncError(
      'reject',
      'secret_denied',
      `secret: the worker may not read ${shown} (${name}). Allow its role to read the secret and to use the key that encrypts it.`,
    )
  if (missing.has(name))
    return new SyncError(
      'reject',
      'secret_not_found',
      `secret: ${shown} does not exist (${name}). Create the secret, or correct its name.`,
    )
  if (unusable.has(name))
    return new SyncError(
      'reject',
      'secret_unusable',
      `secret: ${shown} is not in a state to be read (${name}). Restore it if it is marked for deletion, or correct its name.`,
    )
  return new SyncError(
    'retry',
    'secret_unavailable',
    `secret: ${shown} cannot be read now (${name}). If it goes on, check the network of the worker and the status of AWS.`,
  )
}
