/**
 * Whom the rows of a resource are about, and what else they own: an erasure follows it from a customer to everything about
 * that customer. `{}` fits the customers themselves.
 */
export interface Owner<Column extends string = string> {
  /** Where a row names its customers. It is erased with any of them, whatever else it mentions. */
  readonly customer?: readonly OwnerField<Column>[]
  /** Where a row names the objects it is about; they count if it names no customer. */
  readonly about?: readonly OwnerField<Column>[]
  /** Where a row names objects of its own that may not say so themselves: a payment method that was detached since. */
  readonly owns?: readonly OwnerField<Column>[]
  /** `customer` is given, but may be empty in a row that is stored before the objects it is about. */
  readonly customerMayBeMissing?: boolean
}

/** Where a row holds an id: a column of its table by its name in code, or a path in its payload, `{ path: 'owner.customer' }`; `.*.` stands for each element of a list. */
export type OwnerField<Column extends string = string> = Column | { readonly path: string }

export const atPaths = (...paths: readonly string[]): readonly OwnerField<never>[] => paths.map((path) => ({ path }))
