import type { Provider } from '../provider/contract.ts'
import { readReference } from '../secrets/reference.ts'
import { UsageError } from './options.ts'

/** The value of `--token`, which may only name a key. @throws UsageError for a key; `instead` says what to do then */
export function tokenReference(token: string, provider: Provider, instead: string): string {
  if (isReference(token) || provider.isAccountName?.(token)) return token
  throw new UsageError(
    `the value of --token is neither a reference to a secret nor the id of a connected account. If it is a key, it is in the history of your shell now: replace it, and ${instead}.`,
  )
}

function isReference(token: string): boolean {
  try {
    return readReference(token) !== undefined
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
