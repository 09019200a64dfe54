import type { Account } from '../provider/contract.ts'
import { recognise } from './account.ts'
import { chooseSplits, isSplittable, type ListSplits, readListSplits } from './list-splits.ts'
import type { Session } from './session.ts'

/** Where the last full job found that the account's lists can be split; nothing of an account that is not known. */
export function knownSplits(account: Account, { accounts }: Session['job']): ListSplits {
  return readListSplits(recognise(account, accounts)?.splits)
}

/** Where a resource's list is split before its first request: as often as keeps the provider's rate busy. */
export function splitsToRead(account: Account, job: Session['job']): (resource: string) => readonly number[] {
  const known = knownSplits(account, job)
  return (resource) => {
    const source = account.sources.find(({ name }) => name === resource)
    if (!source || !isSplittable(source)) return []
    return chooseSplits(known[resource] ?? [], Math.min(source.perSecond ?? account.perSecond, account.perSecond))
  }
}
