import type { Provider } from '../provider/contract.ts'
import { unknownName } from './nearest.ts'
import { UsageError } from './options.ts'

type Resources = Pick<Provider, 'resources'>

/**
 * `--resources` as additionalData.resources wants it: names, `["*"]` for `all`, undefined for `default`.
 * @throws UsageError if the provider has no resource of a name
 */
export function readResources(text: string, { resources }: Resources): readonly string[] | undefined {
  if (text === 'default') return undefined
  if (text === 'all') return ['*']
  const known = resources.map(({ name }) => name)
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw new UsageError(unknownName('The resource', unknown, [...known, 'default', 'all']))
  // What only the items of others show is read with these.
  const origins = resources.filter(({ name }) => names.includes(name)).flatMap(({ derivedFrom = [] }) => derivedFrom)
  return [...new Set([...names, ...origins])]
}

/** Entries by their names, in that order; unknown names come last. */
export function inOrder<Value>(
  entries: readonly (readonly [string, Value])[],
  order: readonly string[],
): readonly (readonly [string, Value])[] {
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return entries.toSorted(([a], [b]) => place(a) - place(b))
}
