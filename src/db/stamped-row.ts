import type { JsonPaths } from '../json/value.ts'

/** A row ready for its table: the provider's columns by their names in code, the payload, and when it was observed. */
export interface StampedRow {
  readonly row: Readonly<Record<string, unknown>> & { readonly id: string }
  /** A `RawJson` with an item's bytes, or a JSON value. */
  readonly raw: unknown
  readonly observedAt: Date
  /** The provider no longer has it: the row says since when. */
  readonly deleted?: boolean
  /** Columns that Postgres reads from `raw` itself. */
  readonly paths?: JsonPaths
  /** Columns have values from outside of `raw`: an equal payload does not prove the row unchanged. */
  readonly extended?: boolean
}
