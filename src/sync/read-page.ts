import type { SyncError } from '../errors.ts'
import type { Digest } from './page.ts'
import type { Mapped } from './rows.ts'
import type { Reached } from './slices.ts'
import type { Source } from './source.ts'

/** A page that was read of a slice, as rows, waiting to be committed. */
export interface ReadPage extends Reached, Mapped, Pick<Digest, 'proven' | 'listed'> {
  readonly sliceId: number
  readonly source: Source
  readonly observedAt: Date
  /** Why the key or account cannot read the resource: nothing of it is left to be read. Else null. */
  readonly skip: SyncError | null
}

/** The pages of one transaction, and per resource how many items are probably left. */
export interface Batch {
  readonly pages: readonly ReadPage[]
  readonly remaining: Readonly<Record<string, number>>
}
