/*
 * What the author of a custom provider imports, types alone: the worker hands a module its kit. The values of the kit are in
 * `billing-sync-worker/testing`, for tests.
 */

export type {
  Account,
  Allowance,
  Change,
  Changes,
  Credentials,
  EmbeddedItems,
  EmbeddedList,
  Identity,
  Nested,
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
export type { Item, ItemList, JsonAnswer } from './provider/item.ts'
export type { Owner } from './provider/owner.ts'
export type { CustomProviderModule } from './providers/custom/index.ts'
export type { Kit } from './providers/custom/kit.ts'
