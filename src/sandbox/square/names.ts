/** What the sandbox holds, in Square's words. Plans and variations are catalog objects, entries belong to a payout. */
export const resourceNames = [
  'customers',
  'payments',
  'refunds',
  'orders',
  'plans',
  'variations',
  'subscriptions',
  'invoices',
  'disputes',
  'payouts',
  'entries',
] as const

export type ResourceName = (typeof resourceNames)[number]
export type ByResource<T> = Readonly<Record<ResourceName, T>>

/** A value for each resource, created on first use, so that a value may refer to the others. */
export function byResource<T>(create: (name: ResourceName) => T): ByResource<T> {
  const values = new Map<ResourceName, T>()
  const properties = {}
  for (const name of resourceNames)
    Object.defineProperty(properties, name, {
      enumerable: true,
      get() {
        const existing = values.get(name)
        if (existing !== undefined) return existing
        const value = create(name)
        values.set(name, value)
        return value
      },
    })
  // The loop defined every name.
  return properties as ByResource<T>
}
