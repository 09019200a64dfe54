import type { ErrorCode } from '../error-codes/error-codes.ts'

/** Who can mend a failed job: the owner of its key, time, or the sender of its message. */
export type FailureKind = 'auth' | 'gave_up' | 'rejected'

/** Codes of keys, secrets and permissions. */
export const authCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'no_credentials',
  'bad_credentials',
  'publishable_key',
  'bad_secret_reference',
  'secret_not_allowed',
  'secret_not_found',
  'secret_denied',
  'secret_unusable',
  'key_not_accepted',
  'account_mismatch',
  'account_unknown',
  'account_invalid',
  'permission_denied',
])

/** `retryable`: whether the error's cause may have passed. */
export function failureKind(code: ErrorCode | null, retryable: boolean): FailureKind {
  if (code !== null && authCodes.has(code)) return 'auth'
  return retryable || code === 'timeout' || code === 'stalled' ? 'gave_up' : 'rejected'
}
