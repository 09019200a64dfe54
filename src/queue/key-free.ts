import { isWholeReference } from '../secrets/reference.ts'

/** Accounts that the configured key of the worker reads, by the id that their provider gave them. */
const accounts = [/^acct_[A-Za-z0-9]{1,64}$/, /^merchant:[A-Z0-9]{5,24}$/]

/** Whether an `accessToken` or `account` only names something: a reference to a secret, or an account. It holds no key then. */
export function holdsNoKey(value: string): boolean {
  return isWholeReference(value) || accounts.some((shape) => shape.test(value))
}
