import type { Provider } from './contract.ts'

/** All names that a result may have, in the provider's order: a nested list comes after its parent. */
export function resourceOrder({ resources }: Pick<Provider, 'resources'>): readonly string[] {
  return resources.flatMap(({ name, nested = [] }) => [name, ...nested.map((list) => list.name)])
}
