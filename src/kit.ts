/*
 * What the author of a custom provider imports, types alone: the worker hands a module its kit. The values of the kit are in
 * `billing-sync-worker/testing`, for tests.
 */

export type { ErrorCode } from './error-codes/error-codes.ts'
export type { Scope, Verdict } from './errors.ts'
export type {
  Account,
  Allowance,
  Change,
  Changes,
  Credentials,
  EmbeddedItem,
  EmbeddedItems,
  EmbeddedList,
  Identity,
  Nested,
  ObjectReference,
  Page,
  Partition,
  Provider,
  Query,
  Resource,
  Retrieved,
  TimeFilter,
  Unsettled,
  Window,
} from './provider/contract.ts'
export type { ProviderParts } from './provider/define.ts'
export type { Fields } from './provider/fields.ts'
export type { Item, ItemList, JsonAnswer } from './provider/item.ts'
export type { RowMapping } from './provider/mapping.ts'
export type { Owner } from './provider/owner.ts'
export type { CustomProviderModule } from './providers/custom/index.ts'
export type { Kit } from './providers/custom/kit.ts'
