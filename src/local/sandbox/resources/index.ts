import type { Resource } from '../resource.ts'
import { customers } from './customers.ts'
import { products } from './products.ts'

/** Every list the sandbox serves. */
export const resources = { customers, products } as const satisfies Record<string, Resource>

export type ResourceName = keyof typeof resources
export type ByResource<T> = Readonly<Record<ResourceName, T>>

export function isResource(name: string): name is ResourceName {
  return Object.hasOwn(resources, name)
}

export const resourceNames: readonly ResourceName[] = Object.keys(resources).filter(isResource)

/** One value for each resource. */
export function byResource<T>(make: (name: ResourceName, resource: Resource) => T): ByResource<T> {
  const entries = resourceNames.map((name) => [name, make(name, resources[name])])
  // `fromEntries` forgets the keys; they are all of `resourceNames`.
  return Object.fromEntries(entries) as ByResource<T>
}
