import type { StateKind, vocabulary } from '../db/schema.ts'

/**
 * What the status words of a provider mean in the common words of the table `states`, by kind. `scripts/states.ts` writes
 * the rows into a migration.
 */
export type States = {
  readonly [Kind in StateKind]?: Readonly<Record<string, (typeof vocabulary)[Kind][number]>>
}
