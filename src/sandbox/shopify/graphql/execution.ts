import type { GraphQLSchema } from 'graphql'
import type { Random } from '../../server/random.ts'
import type { BulkOperations } from '../bulk/operations.ts'
import type { BulkReader } from '../bulk/reader.ts'
import type { Failure } from '../failure.ts'
import type { PopulatedShop } from '../populate.ts'
import type { SearchWarning } from '../search/compile.ts'
import type { ShopifyObject } from '../shopify-object.ts'
import type { CheckAccess } from './access.ts'

/** How pages may differ from what a client expects. */
export interface PageOptions {
  /** The share of pages without objects, but with more behind them. Default 0. */
  readonly emptyPages?: number
  /** Seconds after which a cursor is refused. Default: never. */
  readonly cursorLifetime?: number
  /** How deep a list can be paged. Default 25,000, as Shopify documents. */
  readonly deepest?: number
}

/** What the shop says about one search, if something in it was left out. */
export interface SearchNote {
  readonly path: readonly (string | number)[]
  readonly query: string
  readonly parsed: unknown
  readonly warnings: readonly SearchWarning[]
}

/** What the resolvers of one query know. */
export interface Execution {
  readonly shop: PopulatedShop
  readonly schema: GraphQLSchema
  readonly checkAccess: CheckAccess
  readonly scopes: readonly string[]
  readonly pages: PageOptions
  readonly random: Random
  readonly failure: Failure | undefined
  /** The provider's clock, in unix seconds. */
  readonly now: number
  readonly shopifyPayments: boolean
  readonly searches: SearchNote[]
  /** Of a bulk query: its connections are whole, whatever their arguments say. */
  readonly bulk: BulkReader | undefined
  readonly bulkOperations: BulkOperations
  /** The object of any type; undefined if there is none or the app may not see it. */
  load(id: string): ShopifyObject | undefined
  cursorMisused(): void
}
