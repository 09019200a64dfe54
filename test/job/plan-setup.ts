import type { ChangeSource } from '../../src/provider/contract.ts'

export const day = 86_400

const created = { field: 'created' }
export const resources = [
  { name: 'customers', createdFilter: created },
  { name: 'balances', createdFilter: created },
  { name: 'countries' },
  { name: 'vaults', parts: ['open', 'shut'], createdFilter: created },
]
export const changes: ChangeSource = {
  keptDays: 30,
  announced: ['customers', 'prices'],
  list: () => Promise.reject(new Error('not asked')),
  read: () => null,
}
export const names = resources.map(({ name }) => name)
export const second = 1_790_000_000
export const at = (seconds: number, refusedSince: number | null = null) => ({ second: seconds, refusedSince })
export const cursorsOf = (resources: readonly string[], seconds = second) =>
  Object.fromEntries(resources.map((name) => [name, at(seconds)]))
export const cursors = cursorsOf([...names, 'more'])
/** The database's clock, a minute after the cursor. */
export const now = (second + 60) * 1_000
